package io.bakstripe.api.http;

import static akka.http.javadsl.server.Directives.completeWithFuture;
import static akka.http.javadsl.server.Directives.concat;
import static akka.http.javadsl.server.Directives.delete;
import static akka.http.javadsl.server.Directives.get;
import static akka.http.javadsl.server.Directives.path;
import static akka.http.javadsl.server.Directives.post;
import static akka.http.javadsl.server.PathMatchers.segment;

import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.server.Route;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.name.SnapshotId;
import io.bakstripe.protocol.port.InstanceQueries;
import io.bakstripe.protocol.port.Procedures;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** {@code GET} and {@code POST /instances/{i}/snapshots}, {@code DELETE /instances/{i}/snapshots/{id}}. */
final class SnapshotRoutes {
    private static final String DATABASE = "database";

    private final InstanceChoice choice;
    private final InstanceQueries instances;
    private final Procedures procedures;

    private SnapshotRoutes(InstanceChoice choice, InstanceQueries instances, Procedures procedures) {
        this.choice = choice;
        this.instances = instances;
        this.procedures = procedures;
    }

    static Route routes(
            RequestBody body, InstanceChoice choice, InstanceQueries instances, Procedures procedures, Caller caller) {
        SnapshotRoutes routes = new SnapshotRoutes(choice, instances, procedures);
        Route one = path(
                segment("instances").slash(segment()).slash("snapshots").slash(segment()),
                (name, id) -> delete(() -> routes.deleteOne(choice.named(name), id, caller)));
        Route all = path(
                segment("instances").slash(segment()).slash("snapshots"),
                name -> concat(
                        get(() -> routes.all(name)),
                        post(() -> body.json(text -> routes.take(choice.named(name), text)))));
        return concat(all, one);
    }

    private Route all(String name) {
        return completeWithFuture(
                instances.snapshots(choice.named(name)).thenApply(list -> Answers.ok(Map.of("snapshots", list))));
    }

    private Route deleteOne(InstanceName instance, String id, Caller caller) {
        return completeWithFuture(procedures
                .deleteSnapshot(instance, snapshot(instance, id), caller.login())
                .thenApply(Answers::ok));
    }

    /** What is no identifier at all names no snapshot. */
    private static SnapshotId snapshot(InstanceName instance, String id) {
        try {
            return new SnapshotId(UUID.fromString(id));
        } catch (IllegalArgumentException none) {
            throw BackupError.SNAPSHOT_UNKNOWN.problem(id, instance).asException();
        }
    }

    private CompletionStage<HttpResponse> take(InstanceName instance, String body) {
        return procedures.takeSnapshot(instance, database(body)).thenApply(Answers::ok);
    }

    private static DatabaseName database(String body) {
        Map<String, @Nullable Object> arguments = JsonArguments.read(body);
        arguments.keySet().stream()
                .filter(name -> !name.equals(DATABASE))
                .findFirst()
                .ifPresent(unknown -> {
                    throw BackupError.PARAMETER_UNKNOWN
                            .problem(unknown, "this call", DATABASE)
                            .on(unknown)
                            .asException();
                });
        Object given = arguments.get(DATABASE);
        if (given == null) {
            throw BackupError.PARAMETER_MISSING.problem(DATABASE).on(DATABASE).asException();
        }
        if (!(given instanceof String name)) {
            throw BackupError.PARAMETER_TYPE
                    .problem(DATABASE, "text", given)
                    .on(DATABASE)
                    .asException();
        }
        return new DatabaseName(name);
    }
}
