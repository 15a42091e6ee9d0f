// What `dist/hub.cjs` offers: all that activation must not pay for. Reach it with `await import('./hub-bundle.ts')` only.
export { createHub } from '../hub/create-hub.ts'
