// What `dist/hub.cjs` offers: all that activation must not pay for. Reach it with `await import('./hub-bundle.ts')`
// only.
export { dialectViews } from '../hub/dialect-views.ts'
export { hubMaker } from './hub-session/hub-maker.ts'
