/**
 * Leaves the package `debug` out of a bundle. mqtt-packet calls it several times for every packet, and even switched
 * off it takes an eighth of what a job update costs the hub (`npm run bench -- --only updates`).
 */
export const silentDebug = {
  name: 'silent-debug',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^debug$/ }, ({ path }) => ({ path, namespace: 'silent-debug' }))
    onLoad({ filter: /./, namespace: 'silent-debug' }, () => ({ contents: 'module.exports = () => () => {}' }))
  },
}
