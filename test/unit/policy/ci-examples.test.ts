import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { load } from "js-yaml";
import { describe, expect, it } from "vitest";
import * as z from "zod";

const read = (name: string) => load(readFileSync(`docs/ci/${name}`, "utf8"));
const commandsThatChange = /\b(up|update|destroy|refresh|import|cancel|ssh|scp)\b/;

describe("the example for GitHub Actions", () => {
  const step = z.strictObject({
    name: z.string().optional(),
    if: z.string().optional(),
    uses: z.string().optional(),
    run: z.string().optional(),
    shell: z.string().optional(),
    env: z.record(z.string(), z.string()).optional(),
    with: z.record(z.string(), z.unknown()).optional(),
  });
  const { permissions, jobs } = z
    .looseObject({
      on: z.strictObject({ pull_request: z.null() }),
      permissions: z.unknown(),
      jobs: z.record(
        z.string(),
        z.looseObject({ if: z.string(), permissions: z.unknown(), steps: z.array(step) }),
      ),
    })
    .parse(read("github-actions.yaml"));
  const steps = Object.values(jobs).flatMap((job) => job.steps);
  const named = (action: string) => steps.filter(({ uses }) => uses?.startsWith(`${action}@`));

  it("may only read the code and get credentials from AWS", () => {
    expect(permissions).toEqual({});
    expect(Object.values(jobs).map((job) => job.permissions)).toEqual([
      { contents: "read", "id-token": "write" },
    ]);
    expect(jobs.preview?.if).toContain("head.repo.full_name == github.repository");
  });

  it("only previews, with the policy pack", () => {
    const runs = steps.flatMap(({ run }) => run ?? []);
    expect(runs.filter((run) => run.includes("pulumi --"))).toEqual([
      expect.stringMatching(
        /^npm run --silent pulumi -- preview [^|]* --policy-pack policy\/run \| tee preview\.txt\n$/,
      ),
    ]);
    // The preview's exit code counts, not that of tee.
    expect(steps.find(({ name }) => name === "Preview")?.shell).toBe("bash");
    for (const run of runs) expect(run).not.toMatch(commandsThatChange);
  });

  it("uses actions of a pinned commit only, and says of which release", () => {
    const text = readFileSync("docs/ci/github-actions.yaml", "utf8");
    const used = [...text.matchAll(/uses: (.*)$/gm)].map(([, action]) => action);
    expect(used).toHaveLength(3);
    for (const action of used) expect(action).toMatch(/^[a-z/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it("stores no key: credentials are those of a role", () => {
    expect(named("aws-actions/configure-aws-credentials")[0]?.with).toEqual({
      "role-to-assume": "${{ vars.AWS_PREVIEW_ROLE }}",
      "aws-region": "${{ vars.AWS_REGION }}",
    });
    expect(JSON.stringify(steps)).not.toContain("secrets.");
  });

  it("installs packages by the lock file, and from the cache", () => {
    expect(steps.map(({ run }) => run)).toContain("npm ci --ignore-scripts");
    expect(named("actions/setup-node")[0]?.with?.cache).toBe("npm");
  });
});

describe("the example for GitLab", () => {
  const { preview, ...others } = z
    .strictObject({
      preview: z.looseObject({
        rules: z.array(z.unknown()),
        id_tokens: z.unknown(),
        before_script: z.array(z.string()),
        script: z.array(z.string()),
      }),
    })
    .parse(read("gitlab-ci.yml"));

  it("only previews, with the policy pack", () => {
    expect(preview.script).toEqual([
      expect.stringMatching(/^npm run pulumi -- preview .* --policy-pack policy\/run$/),
    ]);
    expect(others).toEqual({});
    for (const line of [...preview.before_script, ...preview.script]) {
      expect(line).not.toMatch(commandsThatChange);
    }
  });

  it("runs for merge requests, with a token only for AWS", () => {
    expect(preview.rules).toEqual([{ if: '$CI_PIPELINE_SOURCE == "merge_request_event"' }]);
    expect(preview.id_tokens).toEqual({ AWS_TOKEN: { aud: "sts.amazonaws.com" } });
  });

  it("installs packages by the lock file", () => {
    expect(preview.before_script[0]).toMatch(/^npm ci --ignore-scripts /);
  });
});

describe("the pack in both examples", () => {
  it("is a program next to the pack's own file", () => {
    expect(() => accessSync("policy/run", constants.X_OK)).not.toThrow();
    expect(existsSync("policy/PulumiPolicy.yaml")).toBe(true);
  });
});
