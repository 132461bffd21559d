import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { PuppetInfrastructure, type Host } from "pulumi-puppet";

const config = new pulumi.Config();
const domain = config.require("domain");
const privateKey = config.requireSecret("privateKey");
const hostKey = config.requireSecretObject<{ public: string; private: string }>("hostKey");

const provider = new aws.Provider("aws", { region: config.require("region") as aws.Region });
const key = new aws.ec2.KeyPair("puppet", { publicKey: config.require("publicKey") }, { provider });

/** An instance as a host: any machine is one that has a name, an address and a way in. */
function hostOf(name: string, instanceType: string, cores: number, memory: number): Host {
  const fqdn = `${name}.${domain}`;
  const instance = new aws.ec2.Instance(
    name,
    {
      ami: config.require("image"),
      instanceType,
      subnetId: config.require("subnetId"),
      vpcSecurityGroupIds: [config.require("securityGroupId")],
      keyName: key.keyName,
      metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 1 },
      rootBlockDevice: { encrypted: true, volumeType: "gp3", volumeSize: 20 },
      // JSON is YAML. Pulumi knows the host's key before the first connection, and connects to no other.
      userData: hostKey.apply(
        (pair) =>
          `#cloud-config\n${JSON.stringify({
            fqdn,
            ssh_deletekeys: true,
            ssh_keys: { ed25519_private: pair.private, ed25519_public: pair.public },
          })}\n`,
      ),
      tags: { Name: fqdn },
    },
    { provider },
  );
  return {
    name,
    fqdn,
    address: instance.privateIp,
    cores,
    memory,
    identity: instance.id,
    machine: instance,
    connection: pulumi
      .all([instance.privateIp, privateKey, hostKey])
      .apply(([host, key, pair]) => ({
        host,
        user: "admin",
        privateKey: key,
        hostKey: pair.public,
        // Until it has booted.
        dialErrorLimit: 60,
      })),
    sudo: true,
  };
}

const puppet = new PuppetInfrastructure("puppet", {
  hosts: {
    main: hostOf("main", "m7i.large", 2, 7680),
    loadBalancer: hostOf("balancer", "c7i.large", 2, 3584),
    puppetdb: hostOf("puppetdb", "m7i.large", 2, 7680),
    compilers: [1, 2].map((number) => hostOf(`compiler${String(number)}`, "c7i.xlarge", 4, 7680)),
  },
});

/** Name that agents get catalogs from; an address record of it leads to the balancer. */
export const puppetServer = puppet.puppetServer;
/** Script that joins a machine as an agent; run it there as root. */
export const agentInstall = puppet.agentInstall;
