/** More levels than this would make the matchers throw [aedes: maxTopicLevels]. */
const MAX_LEVELS = 100
const MAX_BYTES = 65535

const SLASH = 47
const PLUS = 43
const HASH = 35
const DOLLAR = 36

/** Whether the filter is well-formed [MQTT 3.1.1 4.7.1]: `+` and `#` fill whole levels, `#` the last one only. */
export function isFilter(filter: string): boolean {
  if (!isName(filter)) return false
  const levels = filter.split('/')
  return levels.every((level, i) => (level === '#' ? i === levels.length - 1 : level === '+' || !/[+#]/.test(level)))
}

/** Whether a message can have this topic: no wildcards, not empty [MQTT 3.1.1 4.7.3]. */
export const isTopic = (topic: string): boolean => isName(topic) && !/[+#]/.test(topic)

/** Whether the filter names more than one topic. */
export const hasWildcard = (filter: string): boolean => /[+#]/.test(filter)

/** Topics beginning with `$` are not for filters that begin with a wildcard [MQTT-4.7.2-1]. */
export function isHiddenFrom(filter: string, topic: string): boolean {
  const first = filter.charCodeAt(0)
  return (first === HASH || first === PLUS) && topic.charCodeAt(0) === DOLLAR
}

/** Whether the topic matches; both are taken to be well-formed. Allocates nothing. */
export function matchesFilter(filter: string, topic: string): boolean {
  if (filter === topic) return true
  if (isHiddenFrom(filter, topic)) return false
  let t = 0
  for (let f = 0; f < filter.length; f++) {
    const char = filter.charCodeAt(f)
    if (char === HASH) return true
    if (char === PLUS) {
      while (t < topic.length && topic.charCodeAt(t) !== SLASH) t++
    } else if (t < topic.length && topic.charCodeAt(t) === char) {
      t++
    } else {
      // `a/#` also matches `a` [MQTT 3.1.1 4.7.1.2].
      return t === topic.length && char === SLASH && f === filter.length - 2 && filter.charCodeAt(f + 1) === HASH
    }
  }
  return t === topic.length
}

function isName(text: string): boolean {
  if (text.length === 0 || text.includes('\0') || (text.length * 3 > MAX_BYTES && Buffer.byteLength(text) > MAX_BYTES))
    return false
  let levels = 1
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) === SLASH) levels++
  return levels <= MAX_LEVELS
}
