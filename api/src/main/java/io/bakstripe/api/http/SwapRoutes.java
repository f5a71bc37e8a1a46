package io.bakstripe.api.http;

import static akka.http.javadsl.server.Directives.completeWithFuture;
import static akka.http.javadsl.server.Directives.path;
import static akka.http.javadsl.server.Directives.post;
import static akka.http.javadsl.server.PathMatchers.segment;

import akka.http.javadsl.server.Route;
import io.bakstripe.protocol.instance.KeptDatabase;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.port.Procedures;

/** {@code POST /instances/{i}/databases/{d}/swap-back}: serves the database that is kept and keeps the one that is served. */
final class SwapRoutes {
    private SwapRoutes() {}

    /** What is answered; how to reach the database, which does not change, and its password are not among it. */
    record Swapped(DatabaseName name, KeptDatabase kept) {}

    static Route routes(InstanceChoice instances, Procedures procedures, Caller caller) {
        return path(
                segment("instances")
                        .slash(segment())
                        .slash("databases")
                        .slash(segment())
                        .slash("swap-back"),
                (instance, database) -> post(() -> {
                    DatabaseName name = new DatabaseName(database);
                    return completeWithFuture(procedures
                            .swapBack(instances.named(instance), name, caller.login())
                            .thenApply(kept -> Answers.ok(new Swapped(name, kept))));
                }));
    }
}
