import { detailedDiff, topLevelProperty } from "../framework/diff.js";
import type { Checked, ResourceType } from "../framework/resource.js";
import { checkInputs } from "../framework/schema.js";
import {
  isObject,
  isSecret,
  mapMarked,
  type PropertyMap,
  secret,
  unknown,
  unmarked,
  type Value,
} from "../framework/values.js";
import { type Description, textOf } from "./description.js";
import { canonical, digest } from "./identifiers.js";
import { provider } from "./provider.js";

/** In the inputs, as in the official plugin: inputs whose values come from the plugin, not the program. */
const defaultsKey = "__defaults";

/** A resource type that only says what AWS would do and answer. */
export function awsResource(description: Description): ResourceType {
  const { autoName, replaces } = description;
  const regional = "region" in description.inputs;
  const made = Object.keys(description.computed({ id: "", region: "", inputs: {} }));
  /** Inputs that AWS chooses if the program does not. */
  const chosen = new Set(made.filter((name) => name in description.inputs));

  const withTags = (inputs: PropertyMap): PropertyMap => {
    if (!("tags" in description.inputs)) return {};
    const all = provider.allTags(inputs.tags === undefined ? undefined : unmarked(inputs.tags));
    return { tagsAll: hasSecret(inputs.tags) ? secret(all) : all };
  };

  const outputs = (id: string, inputs: PropertyMap, olds: PropertyMap = {}): PropertyMap => {
    const plain = plainInputs(inputs);
    const region = textOf(plain.region) || provider.region;
    const kept = Object.fromEntries(
      Object.entries(olds).filter(([name]) => chosen.has(name) && !(name in plain)),
    );
    const all = { ...(unmarked(kept) as PropertyMap), ...plain };
    const computed = { ...description.computed({ id, region, inputs: all }), ...kept };
    return { id, ...merged(computed, given(inputs)), ...withTags(inputs) };
  };

  const seen = (properties: PropertyMap): PropertyMap => {
    description.seen?.(unmarked(properties) as PropertyMap);
    return properties;
  };

  return {
    check(properties, { urn, oldInputs }) {
      const inputs =
        regional && provider.region !== ""
          ? { region: provider.region, ...properties }
          : properties;
      const checked = checkInputs(description.inputs, inputs);
      checked.failures.push(...(description.failures?.(plainInputs(checked.inputs)) ?? []));
      return autoName === undefined ? checked : named(checked, description, urn, oldInputs);
    },

    diff(oldInputs, oldOutputs, inputs) {
      seen(oldOutputs);
      const olds = plainInputs(oldInputs);
      const news = plainInputs(inputs);
      const changes = detailedDiff(olds, news);
      for (const [path, change] of changes) {
        // If the program no longer gives an input that AWS can choose, its value is kept.
        const kept = chosen.has(topLevelProperty(path)) && !path.includes("[");
        if (change === "delete" && kept) changes.delete(path);
      }
      const { tagsAll = {} } = withTags(inputs);
      const oldTags = unmarked(oldOutputs.tagsAll ?? {});
      const tagsChange = [...changes.keys()].some((path) => topLevelProperty(path) === "tags");
      if (!tagsChange && canonical(oldTags) !== canonical(unmarked(tagsAll))) {
        changes.set("tagsAll", "update");
      }
      const explicitName =
        autoName !== undefined &&
        news[autoName.input] !== undefined &&
        !defaultsOf(inputs).includes(autoName.input) &&
        olds[autoName.input] === news[autoName.input];
      return {
        changes,
        replaces: (path) =>
          topLevelProperty(path) === "region" ||
          replaces.some((fixed) => path === fixed || /^[.[]/.test(after(fixed, path))) ||
          description.replacesWhen?.(path, news) === true,
        // Two resources cannot have the same name at the same time.
        deleteBeforeReplace: explicitName || description.deleteBeforeReplace === true,
      };
    },

    previewCreate(_name, inputs) {
      const unknowns = Object.fromEntries(made.map((name) => [name, unknown()]));
      return { id: "", outputs: { ...unknowns, ...given(inputs), ...withTags(inputs) } };
    },
    async create({ urn }, _name, inputs) {
      const plain = plainInputs(inputs);
      const id = description.id(digest(urn, canonical(plain)), plain);
      return { id, outputs: seen(outputs(id, inputs)) };
    },
    previewUpdate: (olds, inputs) => outputs(textOf(olds.id), inputs, olds),
    update: async (_context, olds, inputs) => seen(outputs(textOf(olds.id), inputs, olds)),
    async delete(_context, properties) {
      const reason = description.refusesDelete?.(unmarked(properties) as PropertyMap);
      if (reason !== undefined) throw new Error(reason);
    },
  };
}

/** Gives the resource a unique name, which it keeps until it is replaced. */
function named(
  { inputs, failures }: Checked,
  { autoName }: Description,
  urn: string,
  oldInputs: PropertyMap | undefined,
): Checked {
  if (autoName === undefined) return { inputs, failures };
  const { input, separator, longest } = autoName;
  if (input in inputs || `${input}Prefix` in inputs) return { inputs, failures };
  const old = oldInputs !== undefined && defaultsOf(oldInputs).includes(input);
  const name = urn.split("::").slice(3).join("::") + separator;
  const made = name + digest("name", urn, canonical(unmarked(inputs))).slice(0, 7);
  if (made.length > longest) {
    const reason = `the name made for it, ${made}, is longer than ${longest} characters`;
    return { inputs, failures: [...failures, { property: input, reason }] };
  }
  const value = (old ? oldInputs[input] : undefined) ?? made;
  return { inputs: { ...inputs, [input]: value, [defaultsKey]: [input] }, failures };
}

function defaultsOf(inputs: PropertyMap): readonly Value[] {
  const defaults = inputs[defaultsKey];
  return Array.isArray(defaults) ? defaults : [];
}

/** The inputs that are also outputs. */
function given(inputs: PropertyMap): PropertyMap {
  return Object.fromEntries(Object.entries(inputs).filter(([name]) => name !== defaultsKey));
}

function plainInputs(inputs: PropertyMap): PropertyMap {
  return unmarked(given(inputs)) as PropertyMap;
}

/** Merges computed and given values; objects are merged by property. */
function merged(computed: PropertyMap, inputs: PropertyMap): PropertyMap {
  const all = { ...computed, ...inputs };
  for (const [name, value] of Object.entries(inputs)) {
    const made = computed[name];
    if (!isObject(made)) continue;
    all[name] = mapMarked(value, (inner) => (isObject(inner) ? { ...made, ...inner } : inner));
  }
  return all;
}

function hasSecret(value: Value | undefined): boolean {
  if (isSecret(value)) return true;
  return (isObject(value) || Array.isArray(value)) && Object.values(value).some(hasSecret);
}

function after(start: string, path: string): string {
  return path.startsWith(start) ? path.slice(start.length) : "";
}
