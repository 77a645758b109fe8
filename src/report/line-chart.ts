import * as echarts from 'echarts/core';
import { LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent, TitleComponent } from 'echarts/components';
import { SVGRenderer } from 'echarts/renderers';

echarts.use([LineChart, GridComponent, LegendComponent, TitleComponent, SVGRenderer]);

export interface LineSeries {
  name: string;
  /** [x, y]; points whose y is not finite are left out. */
  points: readonly (readonly [number, number])[];
}

/**
 * A line chart as an SVG element, drawn without a browser.
 *
 * @param xName what the horizontal axis counts
 */
export function lineChart(title: string, xName: string, series: readonly LineSeries[]): string {
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: 460, height: 280 });
  chart.setOption({
    animation: false,
    title: { text: title, textStyle: { fontSize: 14 } },
    legend: { type: 'plain', bottom: 0, itemHeight: 8 },
    grid: { left: 60, right: 20, top: 40, bottom: 70 },
    xAxis: {
      type: 'value',
      name: xName,
      nameLocation: 'middle',
      nameGap: 24,
      minInterval: 1,
      min: 'dataMin',
      max: 'dataMax',
    },
    yAxis: { type: 'value', scale: true },
    series: series.map(({ name, points }) => ({
      type: 'line',
      name,
      showSymbol: points.length < 40,
      symbolSize: 4,
      data: points.filter(([, y]) => Number.isFinite(y)).map(point => [...point]),
    })),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}
