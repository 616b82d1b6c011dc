import type { DocumentLine } from '../../api/contract';

/** A stretch of a line that belongs to the same observations: none, one or several. */
export interface Segment {
  text: string;
  observations: number[];
}

/** Cuts a line at the ends of its citations. Positions count code points, as the API does. */
export function segmentsOf(line: DocumentLine): Segment[] {
  const points = Array.from(line.text);
  const cuts = new Set([0, points.length]);
  for (const citation of line.citations) {
    cuts.add(citation.token_start);
    cuts.add(citation.token_end);
  }
  const ordered = [...cuts].sort((a, b) => a - b);
  return ordered.slice(0, -1).map((from, index) => {
    const to = ordered[index + 1] ?? points.length;
    return {
      text: points.slice(from, to).join(''),
      observations: line.citations
        .filter((citation) => citation.token_start <= from && citation.token_end >= to)
        .map((citation) => citation.observation_id),
    };
  });
}

/** Tells tags like <p> apart from the words around them. */
export function withoutMarkup(text: string): { text: string; isMarkup: boolean }[] {
  return text
    .split(/(<\/?[a-z][^<>]{0,200}>)/i)
    .filter(Boolean)
    .map((piece) => ({ text: piece, isMarkup: /^<.*>$/.test(piece) }));
}
