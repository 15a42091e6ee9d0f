/** A device, group or job is `<dialect>/<name>`; the name may hold slashes, the dialect never does. */
export const nameOf = (key: string): string => key.slice(key.indexOf('/') + 1)

export const dialectOf = (key: string): string => key.slice(0, key.indexOf('/'))
