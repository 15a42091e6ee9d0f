/**
 * Says how many in words that fit the number: `one` for 1, `many` for any other. Both are whole texts, so that they can
 * be translated.
 */
export const counted = (count: number, one: string, many: string): string => (count === 1 ? one : many)
