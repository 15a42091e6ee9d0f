import regexp from 'eslint-plugin-regexp'
import tseslint from 'typescript-eslint'
import { moduleState } from './scripts/lint/module-state.mjs'
import { walls } from './scripts/lint/walls.mjs'

const linear = 'a pattern from outside would run as long as whoever wrote it likes: match it with core/query/glob.ts'
const real = 'core and dialect decide, the hub performs: time comes from the turn, chance from Ids'
const bounded = 'what comes from outside is read with bounded work: parseJson of core/json-text.ts'

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
  {
    // Who may see what: scripts/lint/rooms.mjs.
    files: ['src/**', 'webview/**'],
    plugins: { house: { rules: { walls } } },
    rules: { 'house/walls': 'error' },
  },
  {
    // What is derived of an object that never changes is no state: core/per-object.ts.
    files: ['src/core/**', 'src/dialect/**'],
    plugins: { state: { rules: { moduleState } } },
    rules: { 'state/moduleState': 'error' },
  },
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
