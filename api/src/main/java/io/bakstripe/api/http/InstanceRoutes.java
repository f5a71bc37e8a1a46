package io.bakstripe.api.http;

import static akka.http.javadsl.server.Directives.completeWithFuture;
import static akka.http.javadsl.server.Directives.concat;
import static akka.http.javadsl.server.Directives.get;
import static akka.http.javadsl.server.Directives.path;
import static akka.http.javadsl.server.Directives.pathEnd;
import static akka.http.javadsl.server.Directives.pathPrefix;
import static akka.http.javadsl.server.PathMatchers.segment;

import akka.http.javadsl.server.Route;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.instance.InstanceDefinition;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.port.InstanceQueries;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;

/** {@code GET /instances}, {@code /instances/{i}}, {@code /instances/{i}/databases}, {@code …/{d}}, {@code …/{d}/backup-sets} and {@code …/{d}/readiness}. */
final class InstanceRoutes {
    private final InstanceQueries instances;

    private InstanceRoutes(InstanceQueries instances) {
        this.instances = instances;
    }

    static Route routes(InstanceQueries instances) {
        InstanceRoutes routes = new InstanceRoutes(instances);
        return pathPrefix(
                "instances",
                () -> concat(
                        pathEnd(() -> get(routes::all)),
                        pathPrefix(
                                segment(),
                                name -> concat(
                                        pathEnd(() -> get(() -> routes.one(name))),
                                        path("databases", () -> get(() -> routes.databases(name))),
                                        path(
                                                segment("databases").slash(segment()),
                                                database -> get(() -> routes.database(name, database))),
                                        path(
                                                segment("databases")
                                                        .slash(segment())
                                                        .slash("backup-sets"),
                                                database -> get(() -> routes.backupSets(name, database))),
                                        path(
                                                segment("databases")
                                                        .slash(segment())
                                                        .slash("readiness"),
                                                database -> get(() -> routes.readiness(name, database)))))));
    }

    private Route all() {
        CompletionStage<List<InstanceDocument>> documents = CompletableFuture.completedFuture(List.of());
        for (InstanceDefinition definition : instances.declared()) {
            documents = documents.thenCombine(
                    instances.instance(definition.name()), (before, view) -> append(before, InstanceDocument.of(view)));
        }
        return completeWithFuture(documents.thenApply(list -> Answers.ok(Map.of("instances", list))));
    }

    private Route one(String name) {
        return completeWithFuture(
                instances.instance(known(name)).thenApply(InstanceDocument::of).thenApply(Answers::ok));
    }

    private Route databases(String name) {
        return completeWithFuture(
                instances.databases(known(name)).thenApply(list -> Answers.ok(Map.of("databases", list))));
    }

    private Route database(String name, String database) {
        InstanceName instance = known(name);
        return completeWithFuture(
                instances.database(instance, new DatabaseName(database)).thenApply(Answers::ok));
    }

    private Route backupSets(String name, String database) {
        InstanceName instance = known(name);
        return completeWithFuture(instances
                .backupSets(instance, new DatabaseName(database))
                .thenApply(sets -> Answers.ok(Map.of("backupSets", sets))));
    }

    private Route readiness(String name, String database) {
        InstanceName instance = known(name);
        return completeWithFuture(
                instances.readiness(instance, new DatabaseName(database)).thenApply(Answers::ok));
    }

    private InstanceName known(String name) {
        return instances.declared().stream()
                .map(InstanceDefinition::name)
                .filter(declared -> declared.value().equals(name))
                .findFirst()
                .orElseThrow(() -> BackupError.INSTANCE_UNKNOWN.problem(name).asException());
    }

    private static List<InstanceDocument> append(List<InstanceDocument> before, InstanceDocument next) {
        return Stream.concat(before.stream(), Stream.of(next)).toList();
    }
}
