; Prints what Puppet Server's own authorization makes of requests: a JSON list of true and false for each case.
; On standard input: [{"conf": auth.conf as text, "requests": [{"method", "path", "certname", "altNames"}]}]
(require '[cheshire.core :as json]
         '[puppetlabs.trapperkeeper.authorization.ring :as ring]
         '[puppetlabs.trapperkeeper.authorization.rules :as rules]
         '[puppetlabs.trapperkeeper.services.authorization.authorization-core :as core])
(import '[com.typesafe.config ConfigFactory ConfigRenderOptions])

(defn answers [{:keys [conf requests]}]
  (let [hocon (-> (ConfigFactory/parseString conf) .resolve .root (.render (ConfigRenderOptions/concise)))
        config (core/validate-auth-config! (:authorization (json/parse-string hocon true)))
        sorted (core/transform-config (:rules config))]
    (mapv (fn [{:keys [method path certname altNames]}]
            (-> (cond-> {:request-method (keyword method) :uri path :remote-addr "192.0.2.1" :query-params {}}
                  certname (-> (ring/set-authorized-authenticated true)
                               (ring/set-authorized-name certname)
                               (ring/set-authorized-extensions
                                 {:subject-alt-name {:dns-name (or altNames [])}})))
                (rules/allowed? sorted {} nil)
                rules/authorized?))
          requests)))

(println (json/generate-string (mapv answers (json/parse-string (slurp *in*) true))))
