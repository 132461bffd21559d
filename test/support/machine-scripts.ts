import { renderUserData } from "../../platforms/aws/user-data.js";
import { renderReady } from "../../hosts/readiness.js";

/** A machine's data for its first boot. */
export const userData = {
  fqdn: "compiler1.example.test",
  hostKey: {
    private:
      "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaA==\nAAAA: #'\"\n-----END OPENSSH PRIVATE KEY-----\n",
    public: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 pulumi-puppet\n",
  },
  sessionManager: undefined,
};

/** What a machine must have. */
export const requirements = {
  fqdn: "main.example.test",
  names: ["puppet.example.test", "puppetca.example.test"],
  namesDeadline: 20,
  cores: 2,
  memory: 7680,
  data: undefined,
};

/** What is run on a machine before it is configured, by kind of machine. */
export const machineScripts = {
  "user-data": renderUserData(userData),
  "user-data with Session Manager": renderUserData({
    ...userData,
    sessionManager: { region: "eu-central-1", architecture: "arm64" },
  }),
  "ready.sh": renderReady(requirements),
  "ready.sh with a volume": renderReady({
    ...requirements,
    data: {
      serial: "vol0123456789abcdef0",
      folders: ["/etc/puppet/puppetserver/ca", "/var/lib/puppet/ssl"],
    },
  }),
};
