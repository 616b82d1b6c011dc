/** A tooltip of real nodes: no style attributes (the CSP refuses them) and no markup from data. */
export function tooltipNode(title: string, rows: [name: string, value: string][]): HTMLElement {
  const box = document.createElement('div');
  const head = document.createElement('strong');
  head.textContent = title;
  const list = document.createElement('dl');
  for (const [name, value] of rows) {
    const term = document.createElement('dt');
    term.textContent = name;
    const description = document.createElement('dd');
    description.textContent = value;
    list.append(term, description);
  }
  box.append(head, list);
  return box;
}
