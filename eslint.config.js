import { defineConfig } from 'eslint/config';
import temporal from 'eslint-plugin-temporal';
import ts from 'typescript-eslint';

const noDefaultExport = {
  selector: 'ExportDefaultDeclaration',
  message: 'Named exports only: a thing has one name everywhere.',
};
const noEnum = { selector: 'TSEnumDeclaration', message: 'Use a union of string literals.' };
const noProcessEnv = {
  selector: "MemberExpression[object.name='process'][property.name='env']",
  message: 'Only src/config.ts reads the environment.',
};
const noProcessExit = {
  selector: "CallExpression[callee.object.name='process'][callee.property.name='exit']",
  message: 'Only the entry points end the process.',
};

const browserGlobals = [
  ...['document', 'window', 'location', 'sessionStorage', 'fetch', 'setTimeout'],
  ...['CSS', 'Node', 'NodeFilter', 'URLSearchParams', 'getComputedStyle', 'scrollX', 'scrollY'],
];

export default defineConfig(
  { ignores: ['dist/**', 'coverage/**', '.cache/**', '.qys-e10/**'] },
  {
    files: ['**/*.ts'],
    extends: [ts.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/unbound-method': 'off', // factories have no `this`
      '@typescript-eslint/require-await': 'off', // an interface may be async where one implementation is not
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
    },
  },
  {
    files: ['src/**/*.ts', 'simulators/**/*.ts', 'bench/**/*.ts', 'scripts/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', noDefaultExport, noEnum] },
  },
  {
    files: ['simulators/console/web/client/**/*.js', 'src/gateways/console/browser/page-engine.js'], // runs in a browser; no compiler looks at it
    languageOptions: { globals: Object.fromEntries(browserGlobals.map((name) => [name, 'readonly'])) },
    rules: { 'no-undef': 'error', 'no-unused-vars': ['error', { ignoreRestSiblings: true }] },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/config.ts', 'src/cli/main.ts', 'src/worker.ts'],
    rules: { 'no-restricted-syntax': ['error', noDefaultExport, noEnum, noProcessEnv, noProcessExit] },
  },
  {
    files: ['src/workflows/**'], // by folder: its own detection takes tests for workflows
    extends: [temporal.configs.workflow],
    rules: {
      'temporal/workflow-require-activity-retry-policy': 'error',
      'temporal/workflow-no-floating-promises': 'off', // typescript-eslint knows the types, this one guesses
      'temporal/workflow-condition-timeout-style': 'off', // waiting for a person has no limit
      // These take every exported function of the folder for a workflow, or cannot read a type that is imported.
      'temporal/workflow-prefer-single-object-args': 'off',
      'temporal/workflow-no-nonserializable-types-in-payloads': 'off',
      'temporal/workflow-require-explicit-payload-types': 'off',
      // A bug must fail the workflow task, so that a mended worker goes on, and not the tenant.
      'temporal/workflow-no-throw-raw-error': 'off',
      'temporal/workflow-replay-testing-required-comment': 'off', // test/workflows/replay.test.ts replays them all
    },
  },
);
