package io.bakstripe.api.http;

import static akka.http.javadsl.server.Directives.completeWithFuture;
import static akka.http.javadsl.server.Directives.concat;
import static akka.http.javadsl.server.Directives.get;
import static akka.http.javadsl.server.Directives.path;
import static akka.http.javadsl.server.Directives.pathEnd;
import static akka.http.javadsl.server.Directives.pathPrefix;
import static akka.http.javadsl.server.PathMatchers.segment;

import akka.http.javadsl.server.Route;
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
    private final InstanceChoice choice;
    private final Caller caller;

    private InstanceRoutes(InstanceQueries instances, InstanceChoice choice, Caller caller) {
        this.instances = instances;
        this.choice = choice;
        this.caller = caller;
    }

    static Route routes(InstanceQueries instances, InstanceChoice choice, Caller caller) {
        InstanceRoutes routes = new InstanceRoutes(instances, choice, caller);
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
        for (InstanceName usable : choice.usable()) {
            documents = documents.thenCombine(
                    instances.instance(usable), (before, view) -> append(before, InstanceDocument.of(view)));
        }
        return completeWithFuture(documents.thenApply(list -> Answers.ok(Map.of("instances", list))));
    }

    private Route one(String name) {
        return completeWithFuture(instances
                .instance(choice.named(name))
                .thenApply(InstanceDocument::of)
                .thenApply(Answers::ok));
    }

    private Route databases(String name) {
        return completeWithFuture(instances
                .databases(choice.named(name))
                .thenApply(list -> Answers.ok(Map.of(
                        "databases",
                        list.stream()
                                .map(info -> DatabaseDocument.of(info, caller))
                                .toList()))));
    }

    private Route database(String name, String database) {
        InstanceName instance = choice.named(name);
        return completeWithFuture(instances
                .database(instance, new DatabaseName(database))
                .thenApply(info -> Answers.ok(DatabaseDocument.of(info, caller))));
    }

    private Route backupSets(String name, String database) {
        InstanceName instance = choice.named(name);
        return completeWithFuture(instances
                .backupSets(instance, new DatabaseName(database))
                .thenApply(sets -> Answers.ok(Map.of("backupSets", sets))));
    }

    private Route readiness(String name, String database) {
        InstanceName instance = choice.named(name);
        return completeWithFuture(
                instances.readiness(instance, new DatabaseName(database)).thenApply(Answers::ok));
    }

    private static List<InstanceDocument> append(List<InstanceDocument> before, InstanceDocument next) {
        return Stream.concat(before.stream(), Stream.of(next)).toList();
    }
}
