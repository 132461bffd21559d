import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

// By default, Vitest leaves one core free.
const cores = availableParallelism();
/** Workers for tests that mostly wait for containers and deadlines. */
const waiting = cores + 2;

/** Files that compare times, which concurrent stages would distort. */
const timed = ["push-time", "scaling"];

/** Runs the files that compare times last, after the concurrent stages have ended. */
class TimedLast extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isTimed = ({ moduleId }: TestSpecification) =>
      timed.some((name) => moduleId.endsWith(`/local/${name}.test.ts`));
    return [...sorted.filter((file) => !isTimed(file)), ...sorted.filter(isTimed)];
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: TimedLast },
    projects: [
      // No containers, no engine, no network: the whole stage runs in seconds.
      {
        test: {
          name: "unit",
          include: ["test/unit/**/*.test.ts"],
          testTimeout: 20_000,
          // Some render every file of every distribution first.
          hookTimeout: 60_000,
          maxWorkers: cores,
        },
      },
      {
        // Rendered files, checked with the products' own parsers in one throwaway container.
        test: {
          name: "rendered",
          include: ["test/rendered/**/*.test.ts"],
          globalSetup: "test/support/rendered/setup.ts",
          // Alongside a deployment, everything takes a few times as long.
          testTimeout: 180_000,
          hookTimeout: 180_000,
          maxWorkers: waiting,
        },
      },
      {
        test: {
          name: "contract",
          include: ["test/contract/**/*.test.ts"],
          globalSetup: "test/support/images/setup.ts",
          // Some have r10k deploy many environments, again and again.
          testTimeout: 300_000,
          hookTimeout: 300_000,
          maxWorkers: waiting,
        },
      },
      {
        test: {
          name: "engine",
          include: ["test/engine/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: cores,
        },
      },
      {
        // One deployed environment, shared by all test files.
        test: {
          name: "local",
          include: ["test/local/**/*.test.ts"],
          globalSetup: "test/support/local/setup.ts",
          // Each file leaves the environment as it found it.
          setupFiles: "test/support/local/as-found.ts",
          fileParallelism: false,
          testTimeout: 10 * 60_000,
          hookTimeout: 20 * 60_000,
        },
      },
      {
        // Separate environments: one that installs every package, and one that runs at the same time.
        test: {
          name: "environments",
          include: ["test/environments/**/*.test.ts"],
          globalSetup: "test/support/environments/setup.ts",
          fileParallelism: false,
          testTimeout: 10 * 60_000,
          hookTimeout: 20 * 60_000,
        },
      },
    ],
  },
});
