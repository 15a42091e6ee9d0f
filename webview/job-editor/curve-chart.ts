import * as l10n from '@vscode/l10n'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { counted } from '../../src/shared/counted.ts'
import { h, setText, setAttribute } from '../ui/dom.ts'
import { formatNumber } from '../ui/format.ts'
import { onTheme, themeColor } from '../ui/theme.ts'
import { rolloutCurve, type RolloutCurve } from './form/rollout-curve.ts'
import type { Part } from './part.ts'

const HEIGHT = 140
/** What is drawn while nobody knows how many devices there will be. */
const SUPPOSED = 1000

/** How many devices have the job after so many minutes, drawn and said in a sentence. */
export function curveChart(): Part {
  const place = h('div', { class: 'chart', role: 'img' })
  const words = h('p', { class: 'hint' })
  const element = h('div', { class: 'curve' }, place, words)
  let plot: uPlot | undefined
  let drawn = ''
  let curve: RolloutCurve = { minutes: [], devices: [], complete: true }

  const draw = (): void => {
    plot?.destroy()
    plot = undefined
    if (place.clientWidth > 0) plot = new uPlot(options(place.clientWidth), [curve.minutes, curve.devices], place)
  }
  const fit = (): void => {
    if (plot === undefined) draw()
    else if (place.clientWidth > 0) plot.setSize({ width: place.clientWidth, height: HEIGHT })
  }
  new ResizeObserver(fit).observe(place)
  onTheme(draw)

  return {
    element,
    update({ draft, state }) {
      const known = state.matches.count
      const total = known || SUPPOSED
      const key = JSON.stringify([draft.rollout, total])
      place.hidden = draft.rollout === undefined
      setText(
        words,
        draft.rollout === undefined
          ? l10n.t('The curve appears when the numbers are complete.')
          : sentence((curve = rolloutCurve(draft.rollout, total)), total, known === total),
      )
      setAttribute(place, 'aria-label', words.textContent ?? '')
      if (key === drawn) return
      drawn = key
      draw()
    },
    controls: () => [],
  }
}

function sentence({ minutes, complete }: RolloutCurve, total: number, known: boolean): string {
  const all = counted(total, l10n.t('1 device'), l10n.t('{0} devices', formatNumber(total)))
  const course = l10n.t('{0}: {1}', all, complete ? span(minutes.at(-1) ?? 0) : l10n.t('more than a week'))
  return known ? course : l10n.t('As an example: {0}', course)
}

function span(minutes: number): string {
  if (minutes === 0) return l10n.t('told within the first minute')
  const hours = Math.ceil(minutes / 60)
  return minutes < 120
    ? counted(
        minutes,
        l10n.t('told after 1 minute at the earliest'),
        l10n.t('told after {0} minutes at the earliest', minutes),
      )
    : l10n.t('told after {0} hours at the earliest', formatNumber(hours))
}

function options(width: number): uPlot.Options {
  const text = themeColor('descriptionForeground') ?? 'gray'
  const line = themeColor('charts.blue') ?? themeColor('focusBorder') ?? 'blue'
  const grid = { stroke: themeColor('editorWidget.border') ?? themeColor('panel.border') ?? 'transparent', width: 1 }
  const font = `11px ${themeColor('font.family') ?? 'sans-serif'}`
  const axis = { stroke: text, grid, ticks: { show: false }, font, labelFont: font }
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { time: false }, y: { range: (_, __, most) => [0, Math.max(1, most)] } },
    axes: [
      {
        ...axis,
        values: (_, ticks) =>
          ticks.map((minute) => (Number.isInteger(minute) ? l10n.t('{0} min', formatNumber(minute)) : '')),
        size: 24,
        space: 70,
      },
      {
        ...axis,
        values: (_, ticks) => ticks.map((count) => (Number.isInteger(count) ? formatNumber(count) : '')),
        size: 52,
      },
    ],
    series: [
      {},
      {
        stroke: line,
        width: 2,
        points: { show: false },
        ...(uPlot.paths.stepped !== undefined && { paths: uPlot.paths.stepped({ align: 1 }) }),
      },
    ],
  }
}
