package io.bakstripe.node.chaos;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigRenderOptions;
import io.bakstripe.node.sandbox.SandboxProcess;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The configuration of a node on a store that fails: everything that it waits for is short, so that a test sees its end soon. */
final class NodeOverrides {
    static final String INSTANCE = "sandbox";
    static final String TOKEN = "chaos-token";

    private static final Map<String, Object> QUICK = new TreeMap<>(Map.ofEntries(
            Map.entry("bakstripe.coordinator.tick", "300 ms"),
            Map.entry("bakstripe.coordinator.probe", "2 s"),
            Map.entry("bakstripe.coordinator.register-again", "300 ms"),
            Map.entry("bakstripe.coordinator.retry-delay", "300 ms"),
            Map.entry("bakstripe.coordinator.rollback-limit", "15 s"),
            // A machine that is busy must not look like a store that is dead.
            Map.entry("bakstripe.coordinator.preflight-limit", "20 s"),
            Map.entry("bakstripe.coordinator.submit-limit", "28 s"),
            Map.entry("bakstripe.worker.preflight.limit", "18 s"),
            // A fault that waits for a question needs it to be asked.
            Map.entry("bakstripe.worker.store.region-kept", "0 s"),
            Map.entry("bakstripe.worker.store.connect-timeout", "1 s"),
            Map.entry("bakstripe.worker.store.read-timeout", "3 s"),
            Map.entry("bakstripe.worker.store.api-call-timeout", "6 s"),
            Map.entry("bakstripe.worker.store.retry.min-backoff", "50 ms"),
            Map.entry("bakstripe.worker.store.retry.max-backoff", "300 ms"),
            Map.entry("bakstripe.worker.store.retry.attempts", 6),
            Map.entry("bakstripe.worker.store.retry.repetitions", 5),
            Map.entry("bakstripe.worker.stripe.retries", 8),
            Map.entry("bakstripe.worker.stripe.abort-patience", "300 ms"),
            Map.entry("bakstripe.worker.kms.connect-timeout", "1 s"),
            Map.entry("bakstripe.worker.kms.api-call-timeout", "3 s"),
            // The database is small, and a restore should have reads enough for faults to choose from.
            Map.entry("bakstripe.worker.restore.range-bytes", "256 KiB"),
            Map.entry("bakstripe.worker.restore.retries", 8)));

    private NodeOverrides() {}

    /**
     * HOCON for a node with one instance that manages its databases, on this store.
     *
     * @param asRole whether the instance uses the store as the sandbox's role
     * @param more values that this test wants otherwise
     */
    static String hocon(SandboxProcess sandbox, boolean asRole, Map<String, Object> more) {
        SandboxProcess.Store store = sandbox.store();
        Config known = ConfigFactory.defaultReference();
        Map<String, Object> values = new LinkedHashMap<>();
        QUICK.forEach((key, value) -> {
            // The node refuses keys that it does not know.
            if (known.hasPath(key)) {
                values.put(key, value);
            }
        });
        values.put("bakstripe.node.port", 0);
        values.put("bakstripe.node.host-name", INSTANCE);
        values.put("bakstripe.api.token", TOKEN);
        values.put("bakstripe.worker.store.endpoint", store.endpoint());
        values.put("bakstripe.worker.store.path-style", true);
        values.put("bakstripe.worker.store.region", store.region());
        values.put("bakstripe.worker.store.access-key", store.accessKey());
        values.put("bakstripe.worker.store.secret-key", store.secretKey());
        values.put("bakstripe.worker.store.sse", "none");
        values.put("bakstripe.worker.store.sts.endpoint", sandbox.sts().endpoint());
        values.put("bakstripe.worker.kms.endpoint", sandbox.kms().endpoint());
        values.put("bakstripe.worker.host.stop-servers-on-shutdown", true);
        values.put("bakstripe.instances.declared", List.of(instance(sandbox, asRole, Map.of())));
        values.putAll(more);
        return ConfigFactory.parseMap(values).root().render(ConfigRenderOptions.concise());
    }

    /**
     * The instance that {@code shop} is on; what it backs up in the authenticated mode opens with the sandbox's second key, too.
     *
     * @param encryption what it says of encryption besides
     */
    static Map<String, Object> instance(SandboxProcess sandbox, boolean asRole, Map<String, Object> encryption) {
        Map<String, Object> declared = new LinkedHashMap<>(encryption);
        declared.put("additional-keys", List.of(sandbox.kms().secondKeyArn()));
        return Map.of(
                "name",
                INSTANCE,
                "host",
                INSTANCE,
                "option",
                asRole ? Map.of("role-arn", sandbox.sts().roleArn()) : Map.of(),
                "encryption",
                declared,
                "databases",
                List.of(Map.of("name", "shop", "recovery-model", "full")));
    }
}
