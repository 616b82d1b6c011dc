import type { Figure, Observation, SeriesPoint } from '../api/contract';

/** A figure with all that its printed form depends on. */
export interface FigureLike
  extends Pick<Figure, 'value' | 'approximation' | 'observation_id' | 'formula' | 'records'> {
  unit: string | null;
  value_high?: number | null;
  measure?: string;
  sample?: boolean;
  /** The codes of the areas that were counted. */
  areas?: string[];
}

export function figureOfObservation(observation: Observation): FigureLike {
  return {
    value: observation.value,
    value_high: observation.value_high,
    unit: observation.unit,
    measure: observation.measure,
    approximation: observation.approximation,
    sample: observation.sample,
    observation_id: observation.id,
    formula: null,
    records: null,
  };
}

export function figureOfPoint(
  point: SeriesPoint,
  line: { unit: string; measure: string },
): FigureLike {
  return {
    value: point.value,
    unit: line.unit,
    measure: line.measure,
    approximation: point.approximation,
    observation_id: point.observation_id,
    formula: point.formula,
    records: null,
  };
}
