import { autoName, type Description, exactlyOneOf, textOf } from "./description.js";
import { numberBelow } from "./identifiers.js";
import {
  count,
  flag,
  managed,
  object,
  objects,
  optional,
  required,
  text,
  textMap,
  texts,
} from "./types.js";

/** The names of zones, which are not in records. */
const zoneNames = new Map<string, string>();

/** Zones and records, which belong to no region. */
export const dnsTypes: Readonly<Record<string, Description>> = {
  "aws:route53/zone:Zone": {
    inputs: {
      ...optional(managed, "comment"),
      ...optional(text, "delegationSetId", "name"),
      ...optional(flag, "enableAcceleratedRecovery", "forceDestroy"),
      ...optional(textMap, "tags"),
      vpcs: objects({ ...required(text, "vpcId"), ...optional(text, "vpcRegion") }),
    },
    autoName: autoName("name"),
    replaces: ["delegationSetId", "name"],
    id: (seed) => `Z${seed.slice(0, 20).toUpperCase()}`,
    computed: ({ id }) => {
      const nameServers = ["com", "net", "org", "co.uk"].map(
        (domain) => `ns-${numberBelow(2048, id, domain)}.awsdns-${numberBelow(64, id)}.${domain}`,
      );
      return {
        arn: `arn:aws:route53:::hostedzone/${id}`,
        enableAcceleratedRecovery: false,
        nameServers,
        primaryNameServer: nameServers[0] ?? "",
        zoneId: id,
      };
    },
    seen: ({ zoneId, name }) => void zoneNames.set(textOf(zoneId), textOf(name)),
  },

  "aws:route53/record:Record": {
    inputs: {
      ...required(text, "name", "type", "zoneId"),
      ...optional(flag, "allowOverwrite", "multivalueAnswerRoutingPolicy"),
      ...optional(text, "healthCheckId", "setIdentifier"),
      ...optional(texts, "records"),
      ...optional(count, "ttl"),
      aliases: objects({
        ...required(flag, "evaluateTargetHealth"),
        ...required(text, "name", "zoneId"),
      }),
      cidrRoutingPolicy: object(required(text, "collectionId", "locationName")),
      failoverRoutingPolicies: objects(required(text, "type")),
      geolocationRoutingPolicies: objects(optional(text, "continent", "country", "subdivision")),
      geoproximityRoutingPolicy: object({
        ...optional(text, "awsRegion", "localZoneGroup"),
        ...optional(count, "bias"),
        coordinates: objects(required(text, "latitude", "longitude")),
      }),
      latencyRoutingPolicies: objects(required(text, "region")),
      weightedRoutingPolicies: objects(required(count, "weight")),
    },
    replaces: ["name", "zoneId"],
    failures: exactlyOneOf("aliases", "records"),
    id: (_seed, { zoneId, name, type }) => `${textOf(zoneId)}_${textOf(name)}_${textOf(type)}`,
    computed: ({ inputs }) => ({
      allowOverwrite: false,
      fqdn: fullName(textOf(inputs.name), zoneNames.get(textOf(inputs.zoneId)) ?? ""),
    }),
  },
};

/** A record's name may or may not be within its zone. */
function fullName(name: string, zone: string): string {
  return zone === "" || name === zone || name.endsWith(`.${zone}`) ? name : `${name}.${zone}`;
}
