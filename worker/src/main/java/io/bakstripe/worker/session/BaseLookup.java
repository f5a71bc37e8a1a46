package io.bakstripe.worker.session;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.procedure.BackupType;
import io.bakstripe.protocol.stripe.DifferentialBase;
import io.bakstripe.worker.engine.BaseFiles;
import io.bakstripe.worker.restore.FoundSet;
import io.bakstripe.worker.restore.SetManifest;
import io.bakstripe.worker.seal.OpenedFiles;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** Learns from the store what the base of a differential holds. To be used once. */
final class BaseLookup {
    private final OpenedFiles files;
    private final SetManifest manifest;

    /**
     * @param files closed once the base is read
     * @param executor where pages of manifests are taken apart
     */
    BaseLookup(OpenedFiles files, Executor executor) {
        this.files = files;
        this.manifest = new SetManifest(files, executor);
    }

    /**
     * The files of a base. Fails with {@code NO_DIFFERENTIAL_BASE} when the base is not whole in the store any more, otherwise as the store fails.
     *
     * @param display of the database, for the refusal
     */
    CompletionStage<BaseFiles> read(DatabaseName display, DifferentialBase base) {
        BaseFiles files = new BaseFiles();
        return manifest.find(base.setId(), base.files())
                .thenCompose(set -> {
                    requireFit(display, base, set);
                    return manifest.forEach(set, entry -> {
                        if (!entry.directory()) {
                            files.add(entry.path(), entry.size());
                        }
                    });
                })
                .handle((read, failure) -> {
                    if (failure == null) {
                        return CompletableFuture.completedFuture(files);
                    }
                    Problem why = Problem.of(failure);
                    return CompletableFuture.<BaseFiles>failedFuture(
                            gone(why.error())
                                    ? refused(display, base, why.detail())
                                    : new BakstripeException(why, failure));
                })
                .thenCompose(outcome -> outcome)
                .whenComplete((read, failure) -> this.files.close());
    }

    private static void requireFit(DatabaseName display, DifferentialBase base, FoundSet set) {
        boolean same = set.header().type() == BackupType.FULL
                && set.header().start().firstLsn().equals(base.start().firstLsn())
                && set.header().start().systemIdentifier().equals(base.start().systemIdentifier());
        if (!same) {
            throw refused(display, base, "its files hold another backup");
        }
        if (!SetManifest.located(set)) {
            throw refused(display, base, "it was made by a version of this program that noted too little");
        }
    }

    private static boolean gone(BackupError error) {
        return switch (error) {
            case FILE_UNKNOWN,
                    FILE_CHANGED,
                    FILE_TRUNCATED,
                    FILE_DAMAGED,
                    NOT_A_BACKUP,
                    KEY_OBJECT_MISSING,
                    KEY_OBJECT_DAMAGED,
                    KEY_OBJECT_FOREIGN,
                    STRIPE_FOREIGN,
                    STRIPE_DOUBLED,
                    STRIPE_MISSING -> true;
            default -> false;
        };
    }

    private static BakstripeException refused(DatabaseName display, DifferentialBase base, String why) {
        return BackupError.NO_DIFFERENTIAL_BASE
                .problem(display, "The last one, set " + base.setId() + ", is of no use any more: " + why + ".")
                .asException();
    }
}
