/**
 * The keys of devices, groups and jobs, taken apart and put together: `<dialect>/<name>`, where a name may hold
 * slashes.
 */
export { dialectOf, keyOf, nameOf } from '../core/ids.ts'
