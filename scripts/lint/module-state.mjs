/** What can be changed after it was made, when made empty. */
const EMPTY = new Set(['Map', 'Set', 'WeakMap', 'WeakSet', 'Array'])

/** Whether the declared type says that nobody changes it. */
const isReadonly = ({ id }) => {
  const type = id.typeAnnotation?.typeAnnotation
  return type?.type === 'TSTypeOperator' ? type.operator === 'readonly' : /^Readonly/.test(type?.typeName?.name ?? '')
}

/** Whether it is there to be filled while the program runs: an empty collection, or any weak one. */
function isState({ init, id }) {
  if (init?.type === 'NewExpression' && EMPTY.has(init.callee.name)) {
    return init.callee.name.startsWith('Weak') || (init.arguments.length === 0 && !isReadonly({ id }))
  }
  if (init?.type === 'ArrayExpression') return init.elements.length === 0 && !isReadonly({ id })
  return false
}

/** Forbids what a module remembers: two hubs in one process would share it, and a restart would not forget it. */
export const moduleState = {
  meta: { type: 'problem', schema: [] },
  create(context) {
    const report = (node) =>
      context.report({
        node,
        message: 'a module remembers nothing, since two hubs share it: keep it in a record, or ask ctx.memory',
      })
    const check = (declaration) => {
      if (declaration?.type !== 'VariableDeclaration') return
      for (const one of declaration.declarations) if (declaration.kind !== 'const' || isState(one)) report(one)
    }
    return {
      Program: ({ body }) => {
        for (const statement of body)
          check(statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement)
      },
    }
  },
}
