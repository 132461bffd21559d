import { readdirSync } from "node:fs";
import { join } from "node:path";
import pulumi from "@pulumi/eslint-plugin";
import tseslint from "typescript-eslint";

// Each role has a folder of its name; in code the name is in camel case.
const roles = readdirSync(join(import.meta.dirname, "roles"), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .flatMap(({ name }) => [name, name.replace(/-(.)/g, (_, letter) => letter.toUpperCase())]);
const role = `/^(${[...new Set(roles)].join("|")})$/`;
const message =
  "Roles are named in the table of roles alone (roles/roles.ts): derive this from it, or move it to the role's own folder; see docs/architecture.md.";
/** Three members with names of roles, in one object, pattern or interface, are a list of roles. */
const listOf = (/** @type {string} */ kind) =>
  [1, 2, 3].map(() => `${kind}[key.name=${role}]`).join(" ~ ");

export default tseslint.config(
  { ignores: ["node_modules/", ".state/", "coverage/", "dist/", "examples/"] },
  ...tseslint.configs.strictTypeChecked.map((config) => ({ ...config, files: ["**/*.ts"] })),
  {
    files: ["**/*.ts"],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    plugins: { "@pulumi": pulumi },
    rules: {
      // In a template literal, an Output becomes a warning text, never its value.
      "@pulumi/no-output-in-template-literal": "error",
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      // An interface may require a promise even if one implementation has nothing to await.
      "@typescript-eslint/require-await": "off",
      // Destructuring a key is how to omit it from the rest.
      "@typescript-eslint/no-unused-vars": ["error", { ignoreRestSiblings: true }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
    },
  },
  {
    // What is the same for all roles. A command of tools/commands may be for one of them.
    files: ["index.ts", "platforms/**", "settings/**", "hosts/**", "policy/**", "tools/lib/**"],
    rules: {
      "no-restricted-syntax": [
        "error",
        { selector: `Literal[value=${role}]`, message },
        { selector: `TemplateElement[value.raw=${role}]`, message },
        { selector: listOf("Property"), message },
        { selector: listOf("TSPropertySignature"), message },
      ],
    },
  },
);
