package io.bakstripe.worker.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.BackupOption;
import io.bakstripe.protocol.instance.Edition;
import io.bakstripe.protocol.instance.InstanceDefinition;
import io.bakstripe.protocol.instance.InstanceEncryption;
import io.bakstripe.protocol.instance.InstanceView;
import io.bakstripe.protocol.instance.Windows;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.name.KeyArn;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.name.SnapshotId;
import io.bakstripe.protocol.procedure.BackupRequest;
import io.bakstripe.protocol.procedure.BackupType;
import io.bakstripe.protocol.procedure.RestoreRequest;
import io.bakstripe.protocol.stripe.EncryptionMode;
import io.bakstripe.worker.key.DataKey;
import io.bakstripe.worker.key.EncryptionContext;
import io.bakstripe.worker.key.KeyDescription;
import io.bakstripe.worker.key.KeyService;
import io.bakstripe.worker.key.NewDataKey;
import io.bakstripe.worker.key.WrappedKey;
import io.bakstripe.worker.seal.OpenedFiles;
import io.bakstripe.worker.store.MemoryObjectStore;
import io.bakstripe.worker.store.RequestScope;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** What is asked of the key service before a task exists, of one key and of several. */
class KeyChecksTest {
    private static final KeyArn FIRST = key("first");
    private static final KeyArn SECOND = key("second");
    private static final KeyArn THIRD = key("third");
    private static final S3Arn FILE = S3Arn.parse("arn:aws:s3:::backups/shop.bak");
    private static final DatabaseName SHOP = new DatabaseName("shop");

    private final Service service = new Service();
    private final KeyChecks checks = new KeyChecks(access -> service);
    private final Waiting waiting = new Waiting(Duration.ofSeconds(1));

    private static KeyArn key(String id) {
        return KeyArn.parse("arn:aws:kms:us-east-1:123456789012:key/" + id);
    }

    private static InstanceView view(InstanceEncryption encryption) {
        return new InstanceView(definition(encryption), true);
    }

    private static InstanceView authenticated() {
        return view(new InstanceEncryption(EncryptionMode.AUTHENTICATED, List.of(SECOND, THIRD), false));
    }

    private static InstanceDefinition definition(InstanceEncryption encryption) {
        return new InstanceDefinition(
                new InstanceName("main"),
                1,
                "postgresql",
                Edition.ENTERPRISE,
                "us-east-1",
                "UTC",
                false,
                Optional.empty(),
                List.of(),
                Windows.none(),
                Optional.of(BackupOption.DEFAULT),
                encryption);
    }

    private static BackupRequest backup(Optional<KeyArn> key) {
        return new BackupRequest(SHOP, BackupType.FULL, FILE, false, 1, false, key, Optional.empty());
    }

    private static Problem refusal(CompletionStage<?> asked) {
        return asked.handle((passed, failure) -> Problem.of(failure))
                .toCompletableFuture()
                .join();
    }

    @Test
    void everyKeyIsDescribed() {
        checks.usable(authenticated(), backup(Optional.of(FIRST)), waiting)
                .toCompletableFuture()
                .join();

        assertThat(service.asked).containsExactly("describe first", "describe second", "describe third");
    }

    @Test
    void theFirstKeyThatIsRefusedIsNamed() {
        service.states.put(SECOND, "Disabled");
        service.states.put(THIRD, "PendingDeletion");

        Problem refused = refusal(checks.usable(authenticated(), backup(Optional.of(FIRST)), waiting));

        assertThat(refused).isEqualTo(BackupError.KEY_DISABLED.problem(SECOND));
    }

    @Test
    void theFirstKeyMakesADataKeyThatTheOthersWrapInTheContextOfTheMode() {
        checks.generates(authenticated(), backup(Optional.of(FIRST)), waiting)
                .toCompletableFuture()
                .join();

        assertThat(service.asked).containsExactly("generate first", "wrap second", "wrap third");
        assertThat(service.contexts)
                .allSatisfy(context -> assertThat(context.entries())
                        .containsEntry("bakstripe", "authenticated")
                        .containsKeys("set", "family", "data-key"));
        assertThat(service.made).hasSize(1).allMatch(KeyChecksTest::wiped);
    }

    @Test
    void aKeyThatMayNotWrapIsRefusedAndTheTrialKeyWiped() {
        service.mayNotWrap = Optional.of(THIRD);

        Problem refused = refusal(checks.generates(authenticated(), backup(Optional.of(FIRST)), waiting));

        assertThat(refused.error()).isEqualTo(BackupError.KEY_DENIED);
        assertThat(service.made).hasSize(1).allMatch(KeyChecksTest::wiped);
    }

    @Test
    void encryptionOnlyAsksForItsOneKey() {
        InstanceView view = view(new InstanceEncryption(EncryptionMode.ENCRYPTION_ONLY, List.of(SECOND), false));

        checks.usable(view, backup(Optional.of(FIRST)), waiting)
                .toCompletableFuture()
                .join();
        checks.generates(view, backup(Optional.of(FIRST)), waiting)
                .toCompletableFuture()
                .join();

        assertThat(service.asked).containsExactly("describe first", "generate first");
        assertThat(service.contexts).containsExactly(EncryptionContext.encryptionOnly(FIRST));
    }

    @Test
    void aBackupWithoutAKeyAsksNobody() {
        checks.usable(authenticated(), backup(Optional.empty()), waiting)
                .toCompletableFuture()
                .join();
        checks.generates(authenticated(), backup(Optional.empty()), waiting)
                .toCompletableFuture()
                .join();

        assertThat(service.asked).isEmpty();
    }

    @Test
    void filesThatAreNotAuthenticatedAreRefusedWhereTheInstanceRequiresIt() {
        MemoryObjectStore store = new MemoryObjectStore().withBucket("backups", "us-east-1");
        store.put(FILE, new byte[500], Map.of());
        InstanceView strict = view(new InstanceEncryption(EncryptionMode.ENCRYPTION_ONLY, List.of(), true));
        RestoreRequest restore = new RestoreRequest(SHOP, FILE);
        RestoreRequest snapshot = RestoreRequest.ofSnapshot(SHOP, new SnapshotId(new UUID(1, 2)), FILE);

        try (OpenedFiles taken = checks.opened(view(InstanceEncryption.DEFAULT), store, restore, Runnable::run);
                OpenedFiles refusing = checks.opened(strict, store, restore, Runnable::run);
                OpenedFiles ofSnapshot = checks.opened(strict, store, snapshot, Runnable::run)) {
            assertThat(taken.head(FILE).toCompletableFuture().join()).isPresent();
            assertThat(refusal(refusing.head(FILE)).error()).isEqualTo(BackupError.FILE_NOT_AUTHENTICATED);
            assertThat(ofSnapshot.head(FILE).toCompletableFuture().join()).isPresent();
        }
    }

    private static boolean wiped(DataKey key) {
        try {
            key.use(bytes -> bytes.length);
            return false;
        } catch (IllegalStateException closed) {
            return true;
        }
    }

    /** Notes what it is asked; answers for keys of any name. */
    private static final class Service implements KeyService {
        final List<String> asked = new ArrayList<>();
        final List<EncryptionContext> contexts = new ArrayList<>();
        final List<DataKey> made = new ArrayList<>();
        final Map<KeyArn, String> states = new HashMap<>();
        Optional<KeyArn> mayNotWrap = Optional.empty();

        @Override
        public CompletionStage<KeyDescription> describe(KeyArn key) {
            asked.add("describe " + key.keyId());
            return CompletableFuture.completedFuture(new KeyDescription(
                    key, "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", false, states.getOrDefault(key, "Enabled")));
        }

        @Override
        public CompletionStage<NewDataKey> generate(KeyArn key, EncryptionContext context) {
            asked.add("generate " + key.keyId());
            contexts.add(context);
            DataKey plain = DataKey.takeOver(new byte[DataKey.BYTES]);
            made.add(plain);
            return CompletableFuture.completedFuture(
                    new NewDataKey(plain, WrappedKey.of(key, context, new byte[] {1})));
        }

        @Override
        public CompletionStage<DataKey> unwrap(WrappedKey wrapped) {
            throw new IllegalStateException("pre-flight of a backup opens nothing");
        }

        @Override
        public CompletionStage<WrappedKey> wrap(DataKey plain, KeyArn key, EncryptionContext context) {
            asked.add("wrap " + key.keyId());
            contexts.add(context);
            return mayNotWrap.equals(Optional.of(key))
                    ? CompletableFuture.failedFuture(BackupError.KEY_DENIED
                            .problem("me", "kms:Encrypt", key, "no")
                            .asException())
                    : CompletableFuture.completedFuture(WrappedKey.of(key, context, new byte[] {2}));
        }

        @Override
        public KeyService within(RequestScope scope) {
            return this;
        }
    }
}
