import type { LoadedDocument } from '../../api/contract';
import type { FigureLike } from '../../format/figure';

/** A count of the figures that cite a document: it opens their list. */
export function citationFigure(document: LoadedDocument, value: number): FigureLike | null {
  if (!document.source_code) return null;
  return {
    value,
    unit: '',
    approximation: 'exact',
    observation_id: null,
    formula: null,
    records: `/api/observations?source_code=${document.source_code}`,
  };
}
