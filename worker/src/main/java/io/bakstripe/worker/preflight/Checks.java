package io.bakstripe.worker.preflight;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.InstanceView;
import io.bakstripe.protocol.instance.RecoveryModel;
import io.bakstripe.protocol.message.PreflightCommand.CheckBackup;
import io.bakstripe.protocol.message.PreflightCommand.CheckRestore;
import io.bakstripe.protocol.message.PreflightCommand.CheckTargets;
import io.bakstripe.protocol.message.PreflightCommand.Examine;
import io.bakstripe.protocol.message.PreflightCommand.PreflightReply.Passed;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.procedure.BackupRequest;
import io.bakstripe.protocol.readiness.Finding;
import io.bakstripe.protocol.stripe.BackupBasis;
import io.bakstripe.protocol.stripe.Storage;
import io.bakstripe.worker.engine.BackupOrder;
import io.bakstripe.worker.engine.Engine;
import io.bakstripe.worker.engine.RestoreHost;
import io.bakstripe.worker.restore.FoundSet;
import io.bakstripe.worker.restore.SetFit;
import io.bakstripe.worker.seal.OpenedFiles;
import io.bakstripe.worker.store.ObjectStore;
import io.bakstripe.worker.store.ObjectStore.StoredObject;
import io.bakstripe.worker.store.SetMetadata;
import io.bakstripe.worker.store.StoreAccess;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The checks themselves, each a chain of questions that ends with the first refusal. Results are the replies. */
final class Checks {
    /** Said in {@code task_info} because the commit point does not guard against it. */
    static final String UNCONDITIONAL_WRITES =
            "Warning: the store does not honour If-None-Match (store.conditional-writes = false). A file that somebody else"
                    + " creates under one of the names in the last moment can be overwritten.";

    /** Said in {@code task_info} of a restore (row L2). */
    static final String OTHER_ZONE =
            "Warning: the backup was made on an instance in time zone %s, and this instance is in %s. Times are restored as they"
                    + " are.";

    private final PreflightDependencies dependencies;
    private final KeyChecks keys;
    private final Executor blocking;

    Checks(PreflightDependencies dependencies, Executor blocking) {
        this.dependencies = dependencies;
        this.keys = new KeyChecks(dependencies.keys());
        this.blocking = blocking;
    }

    CompletionStage<Passed> backup(CheckBackup command, Waiting waiting) {
        InstanceView view = command.view();
        DatabaseName database = command.request().database();
        Predicate<StoredObject> foreign = object -> !command.request().overwrite();
        return inBucket(view, command.request().arn(), waiting)
                .thenCompose(there -> keys.usable(view, command.request(), waiting))
                .thenCompose(usable -> keys.generates(view, command.request(), waiting))
                .thenCompose(
                        there -> noneIs(store(view), foreign, command.request().files()))
                .thenCompose(free -> command.basis()
                        .flatMap(BackupBasis::base)
                        .map(base -> new BaseCheck(store(view)).pass(database, base))
                        .orElseGet(() -> CompletableFuture.completedFuture(null)))
                .thenCompose(based -> {
                    waiting.forAddressOf(database);
                    return dependencies.sources().resolve(view, command.database());
                })
                .thenCompose(address -> {
                    waiting.forDatabase(database);
                    Engine engine = dependencies.sources().engine(view);
                    BackupOrder order = new BackupOrder(
                            command.database(),
                            database,
                            "",
                            command.basis().orElseGet(() -> BackupBasis.full(keepsLog(view, command.database()))));
                    return CompletableFuture.supplyAsync(
                            () -> engine.inspect(address, order).estimatedBytes(), blocking);
                })
                .thenApply(bytes -> {
                    requireRoom(view, command.request(), bytes);
                    return new Passed(bytes, warnings(command.request()), Optional.empty());
                });
    }

    /** Never a refusal: what keeps us from the server fails the stage. */
    CompletionStage<List<Finding>> examination(Examine command, Waiting waiting) {
        waiting.forAddressOf(command.display());
        return CompletableFuture.completedFuture(command.view())
                .thenCompose(view -> dependencies.sources().resolve(view, command.database()))
                .thenCompose(address -> {
                    waiting.forDatabase(command.display());
                    Engine engine = dependencies.sources().engine(command.view());
                    boolean keepsLog = keepsLog(command.view(), command.database());
                    return CompletableFuture.supplyAsync(
                            () -> engine.examine(address, command.database(), command.display(), keepsLog), blocking);
                })
                .thenCompose(examined -> examined.estimatedBytes().isEmpty()
                        ? CompletableFuture.completedFuture(examined.findings())
                        : dependencies
                                .sources()
                                .host(command.view())
                                .handle((host, failure) -> RestoreSpace.of(
                                        host == null ? Optional.empty() : host,
                                        failure,
                                        examined.estimatedBytes().getAsLong()))
                                .thenApply(space -> Stream.concat(examined.findings().stream(), space.stream())
                                        .toList()));
    }

    private static boolean keepsLog(InstanceView view, DatabaseRef database) {
        return view.definition()
                .database(database.folded())
                .filter(declared -> declared.recoveryModel() == RecoveryModel.FULL)
                .isPresent();
    }

    private void requireRoom(InstanceView view, BackupRequest request, long bytes) {
        PreflightSettings settings = dependencies.settings();
        new FileRoom(store(view).maxObjectBytes(), settings.bestCompressionRatio())
                .refusal(
                        request.database(),
                        bytes,
                        view.compression(),
                        request.files().size())
                .ifPresent(problem -> {
                    throw problem.asException();
                });
    }

    private List<String> warnings(BackupRequest request) {
        return dependencies.settings().conditionalWrites() || request.overwrite()
                ? List.of()
                : List.of(UNCONDITIONAL_WRITES);
    }

    CompletionStage<Passed> restore(CheckRestore command, Waiting waiting) {
        return keys.usable(command.view(), command.request().key(), waiting)
                .thenCompose(usable -> readable(command, waiting))
                .thenCompose(store -> {
                    OpenedFiles files = keys.opened(command.view(), store, command.request(), blocking);
                    return dependencies
                            .finder()
                            .apply(files)
                            .find(command.request().arn())
                            .whenComplete((set, failure) -> files.close());
                })
                .thenCompose(set -> {
                    waiting.forAddressOf(command.request().database());
                    return dependencies.sources().host(command.view()).thenApply(host -> {
                        SetFit.check(set, command.view(), host.map(RestoreHost::versions))
                                .or(() -> host.flatMap(
                                        there -> there.refusal(set.stop().plainBytes())))
                                .ifPresent(misfit -> {
                                    throw misfit.asException();
                                });
                        return new Passed(
                                set.stop().plainBytes(), warnings(command.view(), set), Optional.of(set.facts()));
                    });
                });
    }

    /** The store to read from. Where the service keeps its own snapshots is its operator's choice: row L1 is about buckets that callers name. */
    private CompletionStage<ObjectStore> readable(CheckRestore command, Waiting waiting) {
        Storage storage = command.request().storage();
        ObjectStore store =
                dependencies.stores().of(StoreAccess.of(command.view()).in(storage));
        if (storage == Storage.NATIVE) {
            return inBucket(command.view(), command.request().arn(), waiting).thenApply(there -> store);
        }
        waiting.forStore();
        return CompletableFuture.completedFuture(store);
    }

    private static List<String> warnings(InstanceView view, FoundSet set) {
        Stream<String> damage = set.stop().damagedPages().stream()
                .map(pages ->
                        BackupError.SET_DAMAGED.problem(pages, set.header().setId()))
                .map(Problem::asTaskInfo);
        String from = set.header().start().timeZone();
        String here = view.definition().timeZone();
        Stream<String> zone = sameZone(from, here) ? Stream.empty() : Stream.of(OTHER_ZONE.formatted(from, here));
        return Stream.concat(damage, zone).toList();
    }

    private static boolean sameZone(String one, String other) {
        try {
            return ZoneId.of(one).getRules().equals(ZoneId.of(other).getRules());
        } catch (DateTimeException unknown) {
            return one.equals(other);
        }
    }

    CompletionStage<Passed> targets(CheckTargets command, Waiting waiting) {
        String ours = command.setId().toString();
        waiting.forStore();
        return noneIs(
                        store(command.view()),
                        object -> !command.overwrite()
                                && !ours.equals(object.metadata().get(SetMetadata.SET_ID)),
                        command.files())
                .thenApply(free -> new Passed(0));
    }

    private ObjectStore store(InstanceView view) {
        return dependencies.stores().of(StoreAccess.of(view));
    }

    private CompletionStage<S3Arn> inBucket(InstanceView view, S3Arn arn, Waiting waiting) {
        waiting.forStore();
        String wanted = view.definition().region();
        return store(view).region(arn.bucket()).thenApply(region -> {
            if (dependencies.settings().checkRegion() && !region.equals(wanted)) {
                throw BackupError.BUCKET_REGION.problem(region, wanted).asException();
            }
            return arn;
        });
    }

    /** Refuses with the first file, in the files' order, whose object is there and in the way. */
    private static CompletionStage<List<S3Arn>> noneIs(
            ObjectStore store, Predicate<StoredObject> inTheWay, List<S3Arn> files) {
        List<CompletableFuture<Optional<StoredObject>>> asked = files.stream()
                .map(file -> store.head(file).toCompletableFuture())
                .toList();
        return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new)).thenApply(all -> {
            asked.stream()
                    .flatMap(head -> head.join().stream())
                    .filter(inTheWay)
                    .findFirst()
                    .ifPresent(object -> {
                        throw BackupError.FILE_EXISTS.problem(object.file()).asException();
                    });
            return files;
        });
    }
}
