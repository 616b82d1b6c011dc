// The queues of a simulation as lines: how many steps wait for each role, from workday to workday.
import type { Simulation } from '../../api/cases';
import { token, type ChartOption } from '../chart/useChart';

export function queueOption(simulation: Simulation, t: (key: string) => string): ChartOption {
  const roles = [...new Set(simulation.queues.map(({ role }) => role))];
  const ink = token('--ink-2');
  const axis = {
    axisLabel: { color: ink },
    axisLine: { lineStyle: { color: token('--line-2') } },
    splitLine: { lineStyle: { color: token('--line') } },
    nameTextStyle: { color: ink },
  };
  return {
    aria: { enabled: true },
    animation: false,
    grid: { left: 44, right: 16, top: 34, bottom: 40 },
    legend: { top: 0, textStyle: { color: ink } },
    xAxis: {
      ...axis,
      type: 'value',
      name: t('cases.workdayAxis'),
      nameLocation: 'middle',
      nameGap: 24,
      min: 0,
    },
    yAxis: { ...axis, type: 'value', min: 0, minInterval: 1 },
    series: roles.map((role, index) => ({
      type: 'line' as const,
      name: t(`roles.${role}`),
      showSymbol: false,
      lineStyle: { color: token(`--series-${1 + (index % 5)}`), width: 2 },
      itemStyle: { color: token(`--series-${1 + (index % 5)}`) },
      data: simulation.queues
        .filter((point) => point.role === role)
        .map(({ workday, waiting }) => [workday, waiting]),
    })),
  };
}
