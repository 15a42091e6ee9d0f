/**
 * Tells of the builds of `count` watched bundles in lines that a problem matcher understands (`.vscode/tasks.json`):
 * one line when the first of them begins, one for each error, one when the last of them has ended. At first all are
 * awaited.
 */
export function watching(count, say = console.log) {
  const begun = new Set()
  const unseen = { count }
  return {
    name: 'watching',
    setup(build) {
      const own = {}
      let first = true
      build.onStart(() => {
        if (begun.size === 0 && (unseen.count === count || unseen.count === 0)) say('watch: building')
        begun.add(own)
      })
      build.onEnd(({ errors }) => {
        for (const { text, location } of errors) {
          const { file = 'esbuild.mjs', line = 1, column = 0 } = location ?? {}
          say(`${file}:${line}:${column + 1}: error: ${text}`)
        }
        begun.delete(own)
        if (first) unseen.count -= 1
        first = false
        if (begun.size === 0 && unseen.count === 0) say('watch: built')
      })
    },
  }
}
