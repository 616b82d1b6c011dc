import { onBeforeUnmount, onMounted, watch, type ShallowRef } from 'vue';
import { theme } from '../../state/appearance';
import { init } from './echarts';

export type Chart = ReturnType<typeof init>;
export type ChartOption = Parameters<Chart['setOption']>[0];

/** Keeps a canvas chart in an element: drawn again when `option` changes, when the element's size
 * does, when the colours change and before printing. */
export function useChart(
  element: Readonly<ShallowRef<HTMLElement | null>>,
  option: (width: number) => ChartOption,
  onClick: (data: unknown) => void,
): void {
  let chart: Chart | undefined;
  let observer: ResizeObserver | undefined;

  function draw() {
    if (!chart || !element.value) return;
    chart.resize();
    chart.setOption(option(element.value.clientWidth), { notMerge: true });
  }

  onMounted(() => {
    if (!element.value) return;
    chart = init(element.value, undefined, { renderer: 'canvas' });
    chart.on('click', (event) => onClick(event.data));
    observer = new ResizeObserver(draw);
    observer.observe(element.value);
    addEventListener('beforeprint', draw);
    draw();
  });
  watch([() => option(element.value?.clientWidth ?? 0), theme], draw, { flush: 'post' });
  onBeforeUnmount(() => {
    removeEventListener('beforeprint', draw);
    observer?.disconnect();
    chart?.dispose();
  });
}

/** The value of a colour token in the present theme. */
export const token = (name: string) =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();
