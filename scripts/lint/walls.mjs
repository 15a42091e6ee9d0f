import { dirname, relative, resolve, sep } from 'node:path'
import { rooms } from './rooms.mjs'

/** The room that a file is in: the longest path that leads to it. */
const roomOf = (file) =>
  Object.keys(rooms)
    .filter((room) => file.startsWith(`${room}/`))
    .sort((a, b) => b.length - a.length)[0]

/** A cloud’s folder: `src/dialect/NAME`. */
const cloudOf = (file) => /^src\/dialect\/([^/]+)\//.exec(file)?.[1]

const packageOf = (name) =>
  name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/')

/** What is wrong with an import of `target`, a path below the root without `./`. */
function faultOfPath(from, target) {
  const [own, other] = [roomOf(from), roomOf(target)]
  const { rooms: seen = [], files = [], why } = rooms[own]
  if (files.includes(target)) return undefined
  if (other !== own && (other === undefined || !seen.includes(other))) return why
  const cloud = cloudOf(target)
  if (own === 'src/dialect' && cloud !== undefined && cloud !== cloudOf(from)) {
    if (cloudOf(from) !== undefined) return 'one dialect never imports another: what two need belongs in core'
    if (from !== 'src/dialect/registry.ts') return 'the contract knows no cloud: only the registry does'
  }
  if (other === 'src/dialect' && own !== other && cloud !== undefined) return 'a cloud is reached by the registry only'
}

/** What is wrong with an import of a module of Node’s or a package’s; `names` are what is taken from it. */
function faultOfModule(from, module, names) {
  const { packages = [], node = [], names: some = {}, why } = rooms[roomOf(from)]
  if (!module.startsWith('node:'))
    return packages.includes(packageOf(module)) ? undefined : `${why}: not the package ${packageOf(module)}`
  if (node === 'all' || node.includes(module.slice('node:'.length))) return undefined
  const strange = names.filter((name) => !(some[module] ?? []).includes(name))
  if (some[module] === undefined) return `${why}: not ${module}`
  return strange.length > 0 ? `${why}: not ${strange.join(', ')} of ${module}` : undefined
}

const namesOf = (node) =>
  (node.specifiers ?? []).map(({ imported, local, type }) =>
    type === 'ImportSpecifier' ? (imported.name ?? imported.value) : `* as ${local?.name}`,
  )

/** Import walls as an allow-list: `rooms.mjs` says who may see what. */
export const walls = {
  meta: { type: 'problem', schema: [] },
  create(context) {
    const from = relative(context.cwd, context.filename).split(sep).join('/')
    if (roomOf(from) === undefined) return {}
    const check = (node, source, names) => {
      if (typeof source !== 'string') return
      const fault = source.startsWith('.')
        ? faultOfPath(
            from,
            relative(context.cwd, resolve(dirname(context.filename), source))
              .split(sep)
              .join('/'),
          )
        : faultOfModule(from, source, names)
      if (fault !== undefined) context.report({ node, message: fault })
    }
    return {
      ImportDeclaration: (node) => check(node, node.source.value, namesOf(node)),
      ExportNamedDeclaration: (node) =>
        node.source &&
        check(
          node,
          node.source.value,
          node.specifiers.map(({ local }) => local.name),
        ),
      ExportAllDeclaration: (node) => check(node, node.source.value, ['*']),
      ImportExpression: (node) => check(node, node.source.value, ['*']),
      TSImportType: (node) => check(node, node.source?.value ?? node.argument?.literal?.value, ['*']),
    }
  },
}
