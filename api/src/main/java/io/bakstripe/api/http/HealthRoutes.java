package io.bakstripe.api.http;

import static akka.http.javadsl.server.Directives.complete;
import static akka.http.javadsl.server.Directives.concat;
import static akka.http.javadsl.server.Directives.get;
import static akka.http.javadsl.server.Directives.path;
import static akka.http.javadsl.server.Directives.pathPrefix;

import akka.http.javadsl.server.Route;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.port.NodeHealth;
import java.util.Map;

/** {@code /health/live} and {@code /health/ready}, open to everyone: they say nothing but yes or no. */
final class HealthRoutes {
    private HealthRoutes() {}

    static Route routes(NodeHealth health) {
        return pathPrefix(
                "health",
                () -> concat(
                        path("live", () -> get(() -> complete(Answers.ok(Map.of("status", "live"))))),
                        path("ready", () -> get(() -> ready(health)))));
    }

    private static Route ready(NodeHealth health) {
        return health.ready()
                ? complete(Answers.ok(Map.of("status", "ready")))
                : complete(Answers.problem(BackupError.CLUSTER_TIMEOUT.problem("this node is not ready: the cluster")));
    }
}
