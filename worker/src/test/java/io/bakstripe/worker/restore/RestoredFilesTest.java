package io.bakstripe.worker.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.BackupOption;
import io.bakstripe.protocol.instance.Edition;
import io.bakstripe.protocol.instance.InstanceDefinition;
import io.bakstripe.protocol.instance.InstanceEncryption;
import io.bakstripe.protocol.instance.InstanceView;
import io.bakstripe.protocol.instance.Windows;
import io.bakstripe.protocol.message.RestoreCommand.RestoreSpec;
import io.bakstripe.protocol.message.RestoreCommand.RestoreStep;
import io.bakstripe.protocol.name.AttemptRef;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.HostName;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.stripe.EncryptionMode;
import io.bakstripe.protocol.stripe.Storage;
import io.bakstripe.worker.budget.ByteBudget;
import io.bakstripe.worker.seal.OpenedFiles;
import io.bakstripe.worker.store.MemoryObjectStore;
import io.bakstripe.worker.store.Stores;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which files a restore worker takes. */
class RestoredFilesTest {
    private static final S3Arn FILE = S3Arn.parse("arn:aws:s3:::backups/shop.bak");

    private static RestoreSpec spec(boolean requireAuthenticated, Storage storage) {
        InstanceDefinition definition = new InstanceDefinition(
                new InstanceName("main"),
                1,
                "postgresql",
                Edition.ENTERPRISE,
                "us-east-1",
                "UTC",
                false,
                Optional.of(new HostName("h1")),
                List.of(),
                Windows.none(),
                Optional.of(BackupOption.DEFAULT),
                new InstanceEncryption(EncryptionMode.ENCRYPTION_ONLY, List.of(), requireAuthenticated));
        DatabaseName copy = new DatabaseName("copy");
        return new RestoreSpec(
                new AttemptRef(definition.name(), new TaskId(1), 1),
                DatabaseRef.of(definition.name(), copy),
                copy,
                new InstanceView(definition, true),
                new HostName("h1"),
                new RestoreStep(RestoreStep.Kind.FULL, Optional.of(FILE), Optional.empty(), Optional.empty()),
                Optional.empty(),
                storage,
                Optional.empty());
    }

    private static OpenedFiles files(boolean requireAuthenticated, Storage storage) {
        MemoryObjectStore store = new MemoryObjectStore().withBucket("backups", "us-east-1");
        store.put(FILE, new byte[500], Map.of());
        RestoreDependencies dependencies = new RestoreDependencies(
                files -> new StoreSetFinder(files, StoreSetFinderTest.SETTINGS),
                Stores.only(store),
                new ByteBudget(1 << 20),
                StoreSetFinderTest.SETTINGS,
                InstantSource.system(),
                host -> {
                    throw new IllegalStateException("no host is asked");
                },
                (database, report) -> {},
                "node-1");
        return dependencies.files(spec(requireAuthenticated, storage));
    }

    private static Problem refusal(OpenedFiles files) {
        return files.head(FILE)
                .handle((found, failure) -> Problem.of(failure))
                .toCompletableFuture()
                .join();
    }

    @Test
    void plainOnesAreRefusedWhereTheInstanceRequiresAuthenticatedOnes() {
        try (OpenedFiles strict = files(true, Storage.NATIVE)) {
            assertThat(refusal(strict).error()).isEqualTo(BackupError.FILE_NOT_AUTHENTICATED);
        }
    }

    @Test
    void plainOnesAreTakenOtherwiseAndAlwaysOfSnapshots() {
        try (OpenedFiles free = files(false, Storage.NATIVE);
                OpenedFiles ofSnapshot = files(true, Storage.SNAPSHOTS)) {
            assertThat(free.head(FILE).toCompletableFuture().join()).isPresent();
            assertThat(ofSnapshot.head(FILE).toCompletableFuture().join()).isPresent();
        }
    }
}
