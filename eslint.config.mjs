import { readdirSync } from 'node:fs'
import regexp from 'eslint-plugin-regexp'
import tseslint from 'typescript-eslint'

/** Import walls [docs/architecture.md]: which rooms a room must not see, and why. */
const wall = (files, forbidden, message) => ({
  files,
  rules: { 'no-restricted-imports': ['error', { patterns: [{ group: forbidden, message }] }] },
})

const linear = 'a pattern from outside would run as long as whoever wrote it likes: match it with core/query/glob.ts'
const real = 'core and dialect decide, the hub performs: time comes from the turn, chance from Ids'
const bounded = 'what comes from outside is read with bounded work: parseJson of core/json-text.ts'
const decided = [
  'node:fs*',
  'node:net',
  'node:tls',
  'node:http*',
  'node:dgram',
  'node:timers*',
  'node:child_process',
  'node:process',
  'node:worker_threads',
]
/** A new dialect is walled off by being a folder. */
const dialects = readdirSync('src/dialect', { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? [entry.name] : [],
)
const rooms = (...names) => names.flatMap((name) => [`**/${name}/*`, `**/${name}/**`])

export default tseslint.config(
  { ignores: ['dist', 'node_modules', 'coverage'] },
  ...tseslint.configs.recommended,
  {
    rules: {
      eqeqeq: 'error',
      'no-console': 'error',
      'prefer-const': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  {
    files: ['src/core/**', 'src/dialect/**'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...['setTimeout', 'setInterval', 'setImmediate', 'process', 'fetch', 'crypto', 'performance'].map((name) => ({
          name,
          message: real,
        })),
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: real },
        { object: 'Math', property: 'random', message: real },
        { object: 'JSON', property: 'parse', message: bounded },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: real },
        { selector: ":matches(NewExpression, CallExpression)[callee.name='RegExp']", message: linear },
      ],
    },
  },
  {
    // Texts come from outside, and one thread serves everybody: no expression may need more than linear time.
    files: ['src/**', 'webview/**'],
    plugins: { regexp },
    rules: {
      'regexp/no-super-linear-backtracking': ['error', { report: 'potential' }],
      'regexp/no-super-linear-move': ['error', { report: 'potential' }],
    },
  },
  {
    files: ['src/http/**'],
    rules: { 'no-restricted-properties': ['error', { object: 'JSON', property: 'parse', message: bounded }] },
  },
  { files: ['src/core/json-text.ts'], rules: { 'no-restricted-properties': 'off' } },
  wall(
    ['src/core/**'],
    [...rooms('dialect', 'broker', 'store', 'http', 'sim', 'hub', 'cli', 'vscode'), ...decided, 'vscode'],
    'core is the innermost room: it sees itself only, and does no I/O',
  ),
  wall(
    ['src/dialect/**'],
    [...rooms('broker', 'store', 'http', 'sim', 'hub', 'cli', 'vscode'), ...decided, 'vscode'],
    'a dialect sees core and its own folder, and does no I/O',
  ),
  wall(
    ['src/broker/**', 'src/store/**', 'src/http/**'],
    [...rooms('dialect', 'sim', 'hub', 'cli', 'vscode'), 'vscode'],
    'the hub gives these rooms what they need; they know neither it nor a cloud',
  ),
  wall(
    ['src/sim/**'],
    [...rooms('broker', 'store', 'http', 'hub', 'cli', 'vscode'), 'vscode'],
    'simulated devices are clients: they know nothing of the hub’s inside',
  ),
  wall(
    ['src/hub/**'],
    [...rooms('cli', 'vscode'), 'vscode'],
    'the hub is used by cli and vscode, not the other way round',
  ),
  wall(
    ['src/cli/**'],
    [...rooms('core', 'dialect', 'broker', 'store', 'http', 'vscode'), 'vscode'],
    'the CLI sees hub, sim and shared',
  ),
  wall(
    ['src/shared/**'],
    [...rooms('dialect', 'broker', 'store', 'http', 'sim', 'hub', 'cli', 'vscode'), 'vscode'],
    'shared is seen by everybody, so it sees core’s types at most',
  ),
  wall(
    ['src/vscode/**'],
    rooms('core', 'dialect', 'broker', 'store', 'http', 'cli'),
    'the editor sees hub, sim and shared',
  ),
  wall(
    ['webview/**'],
    [...rooms('core', 'dialect', 'broker', 'store', 'http', 'sim', 'hub', 'cli', 'vscode'), 'node:*', 'vscode'],
    'a webview sees shared only: everything else comes to it by message',
  ),
  ...dialects.map((own) => ({
    files: [`src/dialect/${own}/**`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: dialects.filter((other) => other !== own).flatMap((other) => rooms(other)),
              message: 'one dialect never imports another: what two need belongs in core',
            },
            {
              group: [...rooms('broker', 'store', 'http', 'sim', 'hub', 'cli', 'vscode'), ...decided, 'vscode'],
              message: 'a dialect sees core and its own folder, and does no I/O',
            },
          ],
        },
      ],
    },
  })),
  { files: ['**/*.cjs'], rules: { '@typescript-eslint/no-require-imports': 'off' } },
  {
    files: [
      'src/cli/**',
      'test/bench/**',
      'test/crash/**',
      'test/fuzz/index.ts',
      'test/vscode/**',
      'test/e2e/**',
      'scripts/**',
      '*.mjs',
      'test/run.mjs',
    ],
    rules: { 'no-console': 'off' },
  },
)
