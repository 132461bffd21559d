import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { Project, type Run, type RunOptions } from "../../../tools/lib/engine-driver.js";
import type { ResourceSpec } from "./program/resource-spec.js";

/** The contract program with its own stack for one test. */
export class ContractProject {
  readonly #project = new Project(join(import.meta.dirname, "program"));

  constructor() {
    onTestFinished(() => this.#project.remove());
  }

  up(resources: readonly ResourceSpec[], options: Omit<RunOptions, "config"> = {}): Promise<Run> {
    return this.#project.up({ ...options, ...configFor(resources) });
  }

  preview(resources: readonly ResourceSpec[]): Promise<Run> {
    return this.#project.preview(configFor(resources));
  }

  destroy(): Promise<Run> {
    return this.#project.destroy();
  }

  /** The stack's state, with secrets encrypted. */
  state(): Promise<string> {
    return this.#project.export();
  }

  /** The outputs of a resource, with secrets encrypted. */
  async outputs(name: string): Promise<Record<string, unknown> | undefined> {
    return (await this.#project.resources())[name]?.outputs;
  }

  /** The outputs of a resource with secrets in plaintext, each under `plaintext` as JSON. */
  async revealed(name: string, output: string): Promise<unknown> {
    const { deployment } = JSON.parse(await this.#project.export({ showSecrets: true })) as {
      deployment: { resources: { urn: string; outputs?: Record<string, unknown> }[] };
    };
    const resource = deployment.resources.find(({ urn }) => urn.endsWith(`::${name}`));
    const { plaintext } = resource?.outputs?.[output] as { plaintext: string };
    return JSON.parse(plaintext);
  }
}

function configFor(resources: readonly ResourceSpec[]): { config: Record<string, unknown> } {
  return { config: { "contract:resources": resources } };
}

/** An empty folder for one test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "contract-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
