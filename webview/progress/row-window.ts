/** A scrolled list of rows that are all of one height, in pixels. */
export interface Viewport {
  scrollTop: number
  height: number
  rowHeight: number
  total: number
}

/** From `first` up to but not including `end`. */
export interface Span {
  first: number
  end: number
}

/** The rows that can be seen, and some more on either side so that scrolling never shows a gap. */
export function rowsIn({ scrollTop, height, rowHeight, total }: Viewport, spare = 8): Span {
  const first = Math.floor(scrollTop / rowHeight) - spare
  const end = Math.ceil((scrollTop + height) / rowHeight) + spare
  return { first: clamp(first, 0, total), end: clamp(end, 0, total) }
}

/** Where to scroll so that this row can be seen whole; as little as possible. */
export function scrollTo(index: number, { scrollTop, height, rowHeight }: Viewport): number {
  const top = index * rowHeight
  if (top < scrollTop) return top
  const bottom = top + rowHeight
  return bottom > scrollTop + height ? bottom - height : scrollTop
}

/** Where a key leads from the active row (-1: none yet); `undefined`: it is no key for moving. */
export function moveBy(key: string, active: number, { height, rowHeight, total }: Viewport): number | undefined {
  const page = Math.max(1, Math.floor(height / rowHeight) - 1)
  const to: Record<string, number> = {
    ArrowDown: active + 1,
    ArrowUp: active - 1,
    PageDown: active + page,
    PageUp: active - page,
    Home: 0,
    End: total - 1,
  }
  const target = to[key]
  return target === undefined || total === 0 ? undefined : clamp(target, 0, total - 1)
}

const clamp = (value: number, least: number, most: number) => Math.min(Math.max(value, least), most)
