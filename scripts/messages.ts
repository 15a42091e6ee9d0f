import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import ts from 'typescript'
import { root } from './read-json.ts'
import { jobDraftSchema } from '../src/shared/job-draft-schema.ts'

/** Where the hub's messages are worded; what they say reaches editors. */
const rooms = readdirSync(join(root, 'src'))
  .filter((room) => !['cli', 'sim', 'vscode'].includes(room))
  .map((room) => join(root, 'src', room) + '/')

/** A text that is said to people in a way that no catalogue of translations can know. */
export interface Unsayable {
  file: string
  /** Where in the file. */
  start: number
  line: number
  text: string
}

export interface Messages {
  templates: string[]
  unsayable: Unsayable[]
}

/**
 * Every message that can reach an editor, as a template: those of say`…`, and every text that is written where `Words`
 * are wanted. What is made up there by other means (`…${x}…` without `say`) cannot be translated.
 */
export function findMessages(): Messages {
  const { options, fileNames } = config()
  const found = messagesIn(
    fileNames.filter((name) => rooms.some((room) => name.startsWith(room))),
    options,
  )
  return { ...found, templates: [...new Set([...descriptions(), ...found.templates])] }
}

const config = (): ts.ParsedCommandLine =>
  ts.parseJsonConfigFileContent(
    ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path)).config,
    ts.sys,
    root,
  )

/** The messages that these files word. */
export function messagesIn(files: readonly string[], options = config().options): Messages {
  const program = ts.createProgram(files, options)
  const checker = program.getTypeChecker()
  const templates = new Set<string>()
  const unsayable: Unsayable[] = []

  for (const source of files.map((file) => program.getSourceFile(file))) {
    if (source === undefined || source.fileName.endsWith('core/said.ts')) continue
    const visit = (node: ts.Node): void => {
      if (ts.isTaggedTemplateExpression(node) && node.tag.getText() === 'say') {
        templates.add(templateOf(node.template))
        spansOf(node.template)
          .filter((span) => isWorded(checker, span))
          .forEach((span) => complain(source, span))
      } else if (takesWordsAsText(checker, node)) complain(source, node)
      else if (isSource(node) && wantsWords(checker, node)) look(source, node)
      ts.forEachChild(node, visit)
    }
    visit(source)
  }
  return { templates: [...templates], unsayable }

  function look(source: ts.SourceFile, node: ts.Expression): void {
    const texts = textsOf(checker, node)
    if (texts !== undefined) texts.filter((text) => text !== '').forEach((text) => templates.add(text))
    else complain(source, node)
  }

  function complain(source: ts.SourceFile, node: ts.Expression): void {
    const { line } = source.getLineAndCharacterOfPosition(node.getStart())
    const file = relative(root, source.fileName)
    unsayable.push({ file, start: node.getStart(), line: line + 1, text: node.getText().slice(0, 90) })
  }
}

/** Descriptions in schemas: the editor shows them at the fields they are about, and a pattern's is its rule. */
function descriptions(): string[] {
  const patterns = descriptionsIn(JSON.stringify(jobDraftSchema), (holder) => 'pattern' in holder)
  const folders = readdirSync(join(root, 'src/dialect'), { withFileTypes: true }).filter((entry) => entry.isDirectory())
  const schemas = folders.map(({ name }) => join(root, 'src/dialect', name, 'schema/job-document.json'))
  return [...patterns, ...schemas.flatMap((path) => descriptionsIn(readFileSync(path, 'utf8')))]
}

function descriptionsIn(schema: string, wanted: (holder: object) => boolean = () => true): string[] {
  const found: string[] = []
  JSON.parse(schema, function (this: object, key, value: unknown) {
    if (key === 'description' && typeof value === 'string' && wanted(this)) found.push(value)
    return value
  })
  return found
}

/** What a text can come from; the branches of a condition are looked at one by one. */
const isSource = (node: ts.Node): node is ts.Expression =>
  ts.isStringLiteralLike(node) ||
  ts.isTemplateExpression(node) ||
  ts.isIdentifier(node) ||
  ts.isPropertyAccessExpression(node) ||
  ts.isElementAccessExpression(node) ||
  (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) ||
  ts.isCallExpression(node)

function wantsWords(checker: ts.TypeChecker, node: ts.Expression): boolean {
  if (ts.isPropertyAccessExpression(node.parent) && node.parent.name === node) return false
  // What goes into a template is data, or was worded elsewhere.
  if (isInTemplate(node)) return false
  if (ts.isIdentifier(node) && !isValue(node)) return false
  const wanted = checker.getContextualType(node)
  if (wanted === undefined) return false
  return isLabel(wanted) || (hasSaid(wanted) && parts(wanted).some((type) => (type.flags & ts.TypeFlags.String) !== 0))
}

const spansOf = (template: ts.TemplateLiteral): ts.Expression[] =>
  ts.isTemplateExpression(template) ? template.templateSpans.map(({ expression }) => expression) : []

/** Two words of prose, one after the other; names, topics and commands have no blanks. */
const PROSE = /\p{Ll} \p{Ll}/u

/**
 * Whether what goes into a template as data may be words: it would stay English. `asSaid(…)` has them translated,
 * `verbatim(…)` says that they are nobody's here.
 */
function isWorded(checker: ts.TypeChecker, node: ts.Expression): boolean {
  if (ts.isParenthesizedExpression(node)) return isWorded(checker, node.expression)
  if (ts.isConditionalExpression(node)) return isWorded(checker, node.whenTrue) || isWorded(checker, node.whenFalse)
  if (ts.isBinaryExpression(node)) return isWorded(checker, node.left) || isWorded(checker, node.right)
  if (ts.isTemplateExpression(node)) return PROSE.test(node.getText().replace(/\$\{.*?\}/g, 'x'))
  const types = parts(checker.getTypeAtLocation(node))
  if (types.some((type) => type.isStringLiteral() && PROSE.test(type.value))) return true
  const isString = types.some((type) => (type.flags & ts.TypeFlags.StringLike) !== 0)
  return types.some(isLabel) || (isString && types.some((type) => type.symbol?.name === 'Said'))
}

/** A function that takes words, handed on as one that takes mere text: nobody would see what it is told. */
function takesWordsAsText(checker: ts.TypeChecker, node: ts.Node): node is ts.Expression {
  if (!(ts.isIdentifier(node) && isValue(node)) && !ts.isPropertyAccessExpression(node)) return false
  const wanted = parametersOf(checker, checker.getContextualType(node))
  return parametersOf(checker, checker.getTypeAtLocation(node)).some(
    (own, index) => hasSaid(own) && wanted[index] !== undefined && (wanted[index].flags & ts.TypeFlags.String) !== 0,
  )
}

function parametersOf(checker: ts.TypeChecker, type: ts.Type | undefined): ts.Type[] {
  const [signature] = type?.getCallSignatures() ?? []
  return signature?.parameters.map((parameter) => checker.getTypeOfSymbol(parameter)) ?? []
}

/** A branch of what goes into a template is data as well. */
function isInTemplate({ parent }: ts.Node): boolean {
  const passes = [
    ts.isConditionalExpression,
    ts.isParenthesizedExpression,
    ts.isNonNullExpression,
    ts.isBinaryExpression,
  ]
  if (passes.some((is) => is(parent))) return isInTemplate(parent)
  return ts.isTemplateSpan(parent)
}

/** A name that stands for a value here, not one that is being declared or assigned to. */
const isValue = (node: ts.Identifier, { parent } = node): boolean =>
  !(ts.isPropertyAssignment(parent) && parent.name === node) &&
  !ts.isParameter(parent) &&
  !ts.isBindingElement(parent) &&
  !ts.isTypeNode(parent) &&
  !ts.isPropertySignature(parent)

const parts = (type: ts.Type): ts.Type[] => (type.isUnion() ? type.types : [type])
const isLabel = (type: ts.Type): boolean =>
  parts(type).some((part) => part.isIntersection() && part.getProperty('label') !== undefined)
const hasSaid = (type: ts.Type): boolean => parts(type).some((part) => part.symbol?.name === 'Said')

/** The texts that an expression can be; `undefined`: nobody knows. */
function textsOf(checker: ts.TypeChecker, node: ts.Expression): string[] | undefined {
  if (ts.isStringLiteralLike(node)) return [node.text]
  if (ts.isTemplateExpression(node)) return undefined
  const types = parts(checker.getTypeAtLocation(node))
  // The place that made it a label or words has been looked at there.
  if (types.some((type) => type.symbol?.name === 'Said' || isLabel(type))) return []
  const texts = types.flatMap((type) => (type.isStringLiteral() ? [type.value] : []))
  return types.some((type) => (type.flags & ts.TypeFlags.String) !== 0) ? undefined : texts
}

/** As `say` makes it. */
function templateOf(template: ts.TemplateLiteral): string {
  if (ts.isNoSubstitutionTemplateLiteral(template)) return template.text
  return template.templateSpans.reduce(
    (before, span, index) => `${before}{${index}}${span.literal.text}`,
    template.head.text,
  )
}
