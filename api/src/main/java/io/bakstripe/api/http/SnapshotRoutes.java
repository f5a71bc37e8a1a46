package io.bakstripe.api.http;

import static akka.http.javadsl.server.Directives.completeWithFuture;
import static akka.http.javadsl.server.Directives.concat;
import static akka.http.javadsl.server.Directives.delete;
import static akka.http.javadsl.server.Directives.get;
import static akka.http.javadsl.server.Directives.path;
import static akka.http.javadsl.server.Directives.post;
import static akka.http.javadsl.server.PathMatchers.segment;

import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.server.PathMatcher1;
import akka.http.javadsl.server.Route;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.name.SnapshotId;
import io.bakstripe.protocol.port.InstanceQueries;
import io.bakstripe.protocol.port.Procedures;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** {@code GET} and {@code POST /instances/{i}/snapshots}, {@code DELETE /instances/{i}/snapshots/{id}} and {@code POST /instances/{i}/snapshots/{id}/restore}. */
final class SnapshotRoutes {
    private static final String DATABASE = "database";
    private static final String TARGET_INSTANCE = "target_instance";
    private static final String TARGET_DATABASE = "target_database";

    private final InstanceChoice choice;
    private final InstanceQueries instances;
    private final Procedures procedures;
    private final Caller caller;

    private SnapshotRoutes(InstanceChoice choice, InstanceQueries instances, Procedures procedures, Caller caller) {
        this.choice = choice;
        this.instances = instances;
        this.procedures = procedures;
        this.caller = caller;
    }

    static Route routes(
            RequestBody body, InstanceChoice choice, InstanceQueries instances, Procedures procedures, Caller caller) {
        SnapshotRoutes routes = new SnapshotRoutes(choice, instances, procedures, caller);
        PathMatcher1<String> all = segment("instances").slash(segment()).slash("snapshots");
        return concat(
                path(
                        all,
                        name -> concat(
                                get(() -> routes.all(name)),
                                post(() -> IdempotencyKeys.read(
                                        key -> body.json(text -> routes.take(choice.named(name), text, key)))))),
                path(
                        all.slash(segment()),
                        (name, snapshot) -> delete(() -> routes.deleteOne(choice.named(name), snapshot))),
                path(
                        all.slash(segment()).slash("restore"),
                        (name, snapshot) -> post(() -> IdempotencyKeys.read(
                                key -> body.json(text -> routes.restore(choice.named(name), snapshot, text, key))))));
    }

    private Route all(String name) {
        return completeWithFuture(
                instances.snapshots(choice.named(name)).thenApply(list -> Answers.ok(Map.of("snapshots", list))));
    }

    private Route deleteOne(InstanceName instance, String id) {
        return completeWithFuture(procedures
                .deleteSnapshot(instance, snapshot(instance, id), caller.login())
                .thenApply(Answers::ok));
    }

    private CompletionStage<HttpResponse> take(InstanceName instance, String body, Optional<String> key) {
        DatabaseName database = database(arguments(body, DATABASE), DATABASE).orElseThrow(() -> missing(DATABASE));
        List<String> call = List.of(instance.value(), "snapshots", database.value());
        return procedures
                .takeSnapshot(instance, database, CallHash.key(key, call))
                .thenApply(Answers::ok);
    }

    private CompletionStage<HttpResponse> restore(InstanceName source, String id, String body, Optional<String> key) {
        Map<String, @Nullable Object> arguments = arguments(body, TARGET_INSTANCE, TARGET_DATABASE);
        InstanceName target =
                choice.named(text(arguments, TARGET_INSTANCE).orElseThrow(() -> missing(TARGET_INSTANCE)));
        Optional<DatabaseName> database = database(arguments, TARGET_DATABASE);
        SnapshotId snapshot = snapshot(source, id);
        List<String> call = List.of(
                source.value(),
                "snapshots",
                snapshot.toString(),
                target.value(),
                database.map(DatabaseName::value).orElse(""));
        return procedures
                .restoreSnapshot(source, snapshot, target, database, caller.login(), CallHash.key(key, call))
                .thenApply(row -> Answers.ok(new Rows(List.of(row))));
    }

    private static SnapshotId snapshot(InstanceName source, String id) {
        try {
            return new SnapshotId(UUID.fromString(id));
        } catch (IllegalArgumentException none) {
            throw BackupError.SNAPSHOT_UNKNOWN.problem(id, source).asException(none);
        }
    }

    private static Map<String, @Nullable Object> arguments(String body, String... known) {
        Map<String, @Nullable Object> arguments = JsonArguments.read(body);
        List<String> names = List.of(known);
        arguments.keySet().stream()
                .filter(name -> !names.contains(name))
                .findFirst()
                .ifPresent(unknown -> {
                    throw BackupError.PARAMETER_UNKNOWN
                            .problem(unknown, "this call", String.join(", ", names))
                            .on(unknown)
                            .asException();
                });
        return arguments;
    }

    private static Optional<DatabaseName> database(Map<String, @Nullable Object> arguments, String name) {
        return text(arguments, name).map(DatabaseName::new);
    }

    private static Optional<String> text(Map<String, @Nullable Object> arguments, String name) {
        Object given = arguments.get(name);
        if (given != null && !(given instanceof String)) {
            throw BackupError.PARAMETER_TYPE
                    .problem(name, "text", given)
                    .on(name)
                    .asException();
        }
        return Optional.ofNullable((String) given);
    }

    private static BakstripeException missing(String name) {
        return BackupError.PARAMETER_MISSING.problem(name).on(name).asException();
    }
}
