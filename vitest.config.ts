import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: [
      // No container, no engine, no network: the whole of it runs in seconds.
      {
        test: {
          name: "unit",
          include: ["test/unit/**/*.test.ts", "policy/**/*.test.ts"],
          testTimeout: 20_000,
        },
      },
      {
        // What is rendered, read by the products' own parsers in one throw-away container.
        test: {
          name: "rendered",
          include: ["test/rendered/**/*.test.ts"],
          globalSetup: "test/rendered/setup.ts",
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "contract",
          include: ["test/contract/**/*.test.ts"],
          testTimeout: 120_000,
          // The first one may have to make the base image.
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: "engine",
          include: ["test/engine/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        // One deployed environment, which its test files share.
        test: {
          name: "local",
          include: ["test/local/**/*.test.ts"],
          globalSetup: "test/local/setup.ts",
          fileParallelism: false,
          testTimeout: 10 * 60_000,
          hookTimeout: 20 * 60_000,
        },
      },
    ],
  },
});
