import * as l10n from '@vscode/l10n'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { executionLook, isWaiting } from '../../src/shared/states.ts'
import { h, setText } from '../ui/dom.ts'
import { onTheme, themeColor } from '../ui/theme.ts'
import { digest, stack, statesOf, type Point } from './curve-data.ts'
import type { Format } from './format.ts'
import { wordOf } from './look.ts'
import { SpokenTable } from './spoken-table.ts'

const height = 126

/** Steps between the marks of the time axis, in seconds: those of a clock. */
const steps = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800,
  1_209_600, 2_592_000, 7_776_000, 31_536_000,
]

/** Screen readers get the table twin at most so often, in milliseconds. */
const twinEvery = 2000

/** How many devices were in which state over the time of the job. */
export class StateChart {
  readonly element: HTMLElement
  readonly #reading = h('span', { class: 'reading', 'aria-hidden': 'true' })
  readonly #place = h('div', { class: 'plot', 'aria-hidden': 'true' })
  readonly #table = new SpokenTable(l10n.t('Devices per state over time'))
  #plot: uPlot | undefined
  #states: string[] = []
  #points: readonly Point[] = []
  #from = 0
  #twinAt = -Infinity

  constructor(private readonly format: Format) {
    const heading = h('h2', { id: 'curve' }, l10n.t('Over time'))
    this.element = h(
      'section',
      { class: 'curve', 'aria-labelledby': 'curve' },
      h('div', { class: 'line' }, heading, this.#reading),
      this.#place,
      this.#table.element,
    )
    new ResizeObserver(() => this.#plot?.setSize({ width: this.#place.clientWidth, height })).observe(this.#place)
    onTheme(() => this.#rebuild())
  }

  show(points: readonly Point[], from: number): void {
    if (points === this.#points) return
    this.#points = points
    this.#from = from
    if (this.#plot === undefined || statesOf(points).join() !== this.#states.join()) this.#rebuild()
    else this.#plot.setData(this.#data())
    if (performance.now() - this.#twinAt < twinEvery) return
    this.#twinAt = performance.now()
    const words = this.#states.map((state) => wordOf(executionLook(state)))
    const rows = digest(points).map(({ at, counts }) => [
      this.format.duration(at - from),
      ...this.#states.map((state) => String(counts[state] ?? 0)),
    ])
    this.#table.show([l10n.t('Since the start'), ...words], rows)
  }

  #data(): uPlot.AlignedData {
    const { seconds, sums } = stack(this.#points, this.#from)
    const last = seconds.at(-1)
    // How things are now is a step at the end that has no width; so it goes on a little, the more so if all was over in
    // no time.
    if (last === undefined) return [seconds, ...sums]
    return [[...seconds, Math.max(last * 1.01, 1)], ...sums.map((sum) => [...sum, sum.at(-1)!])]
  }

  /** Colors and series are part of a plot for good, so other ones need another plot. */
  #rebuild(): void {
    this.#states = statesOf(this.#points)
    this.#plot?.destroy()
    this.#plot = new uPlot(this.#options(), this.#data(), this.#place)
  }

  #options(): uPlot.Options {
    const foreground = themeColor('descriptionForeground') ?? themeColor('foreground') ?? 'gray'
    const line = mixed(themeColor('foreground') ?? 'gray', 12)
    const font = `11px ${getComputedStyle(document.body).fontFamily}`
    const axis: uPlot.Axis = { stroke: foreground, font, grid: { stroke: line, width: 1 }, ticks: { show: false } }
    const colors = this.#states.map((state) => themeColor(executionLook(state).color) ?? foreground)
    const fills = colors.map((color, index) => mixed(color, isWaiting(this.#states[index]!) ? 16 : 60))
    const stepped = uPlot.paths.stepped!({ align: 1 })
    return {
      width: Math.max(this.#place.clientWidth, 100),
      height,
      padding: [6, 12, 0, 0],
      legend: { show: false },
      cursor: { points: { show: false }, drag: { x: false, y: false }, y: false },
      scales: {
        x: { time: false, range: (_, least, most) => [least ?? 0, Math.max(most ?? 0, (least ?? 0) + 1)] },
        y: { range: (_, __, most) => [0, Math.max(most ?? 0, 1)] },
      },
      axes: [
        {
          ...axis,
          size: 24,
          gap: 6,
          space: 70,
          incrs: steps,
          values: (_, marks) => marks.map((mark) => this.format.duration(mark * 1000)),
        },
        {
          ...axis,
          size: (_, values) => 14 + 7 * Math.max(1, ...(values ?? []).map(({ length }) => length)),
          gap: 6,
          space: 28,
          incrs: [1, 2, 5]
            .flatMap((digit) => [0, 1, 2, 3, 4, 5, 6].map((zeros) => digit * 10 ** zeros))
            .sort((a, b) => a - b),
          values: (_, marks) => marks.map((mark) => this.format.number(mark)),
        },
      ],
      series: [
        {},
        ...colors.map((color, index): uPlot.Series => ({
          stroke: color,
          width: 1,
          paths: stepped,
          points: { show: false },
          ...(index === 0 && { fill: fills[0]! }),
        })),
      ],
      bands: fills.slice(1).map((fill, index) => ({ series: [index + 2, index + 1], fill })),
      hooks: { setCursor: [(plot) => this.#read(plot.cursor.idx)] },
    }
  }

  /** Says in words what lies under the pointer. */
  #read(index: number | null | undefined): void {
    const point = index === null || index === undefined ? undefined : (this.#points[index] ?? this.#points.at(-1))
    if (point === undefined) return setText(this.#reading, '')
    const counts = this.#states
      .filter((state) => (point.counts[state] ?? 0) > 0)
      .map((state) => `${wordOf(executionLook(state))} ${this.format.number(point.counts[state]!)}`)
    setText(this.#reading, [this.format.duration(point.at - this.#from), ...counts].join(' · '))
  }
}

const mixed = (color: string, percent: number) => `color-mix(in srgb, ${color} ${percent}%, transparent)`
