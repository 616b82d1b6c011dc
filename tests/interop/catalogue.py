"""The catalogue as rdflib reads it; harvested twice it must be the same, and its files must be there.

    catalogue.py URL FIRST SECOND ROWS
"""
import sys
import urllib.request

from rdflib import RDF, Graph, Namespace, compare

DCAT, DCT = Namespace("http://www.w3.org/ns/dcat#"), Namespace("http://purl.org/dc/terms/")
url, first, second, rows = sys.argv[1:]


def harvest(path):
    graph = Graph()
    graph.parse(path, format="json-ld", publicID=f"{url}/api/catalogue.jsonld")
    return graph


graph = harvest(first)
assert compare.isomorphic(graph, harvest(second)), "a second harvest differs"
sets = set(graph.subjects(RDF.type, DCAT.Dataset))
files = set(graph.subjects(RDF.type, DCAT.Distribution))
catalogues = list(graph.subjects(RDF.type, DCAT.Catalog))
assert len(catalogues) == 1 and set(graph.objects(catalogues[0], DCAT.dataset)) == sets
for data_set in sets:
    assert graph.value(data_set, DCT.publisher) and graph.value(data_set, DCT.identifier)
print(f"  saw {len(graph)} triples: {len(sets)} data sets, {len(files)} distributions, "
      f"{len(set(graph.subjects(DCT.accrualPeriodicity)))} with a periodicity; twice the same")

# All files of lists, and those of one indicator.
fetched = 0
for file in sorted(files):
    if ":list:" in file or ":RD01:" in file:
        address = str(graph.value(file, DCAT.downloadURL))
        with urllib.request.urlopen(address) as reply:
            assert reply.status == 200 and reply.read(), address
        fetched += 1
print(f"  fetched {fetched} distributions, all there")
with open(rows, "w", encoding="utf-8") as out:
    for data_set in sets:
        out.write(":".join(str(data_set).split(":")[3:]) + "\n")
