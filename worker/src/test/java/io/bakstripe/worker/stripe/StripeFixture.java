package io.bakstripe.worker.stripe;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.persistence.testkit.PersistenceTestKitPlugin;
import akka.persistence.testkit.PersistenceTestKitSnapshotPlugin;
import akka.persistence.testkit.javadsl.PersistenceTestKit;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.bakstripe.protocol.instance.Edition;
import io.bakstripe.protocol.instance.InstanceDefinition;
import io.bakstripe.protocol.instance.InstanceView;
import io.bakstripe.protocol.message.DatabaseCommand;
import io.bakstripe.protocol.message.DatabaseCommand.StripeReport;
import io.bakstripe.protocol.message.SessionCommand.SlicesReply;
import io.bakstripe.protocol.message.StripeCommand.Ensure;
import io.bakstripe.protocol.message.StripeCommand.StripeGoal;
import io.bakstripe.protocol.message.StripeCommand.StripeSpec;
import io.bakstripe.protocol.message.StripeMessage;
import io.bakstripe.protocol.name.AttemptRef;
import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.name.KeyArn;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.name.StripeRef;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.procedure.BackupType;
import io.bakstripe.protocol.stripe.EncryptionMode;
import io.bakstripe.protocol.stripe.EncryptionSpec;
import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.protocol.stripe.PlanKind;
import io.bakstripe.protocol.stripe.StartFacts;
import io.bakstripe.protocol.stripe.StopFacts;
import io.bakstripe.protocol.stripe.Storage;
import io.bakstripe.worker.budget.ByteBudget;
import io.bakstripe.worker.format.ManifestPage;
import io.bakstripe.worker.format.PartSizing;
import io.bakstripe.worker.journal.StripeEvent;
import io.bakstripe.worker.key.DataKey;
import io.bakstripe.worker.key.LocalKeys;
import io.bakstripe.worker.key.envelope.Envelope;
import io.bakstripe.worker.seal.AuthenticatedFile;
import io.bakstripe.worker.seal.KeyObject;
import io.bakstripe.worker.session.FakeDatabase;
import io.bakstripe.worker.spool.Spool;
import io.bakstripe.worker.store.MemoryObjectStore;
import io.bakstripe.worker.store.StoreAccess;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** One stripe worker's surroundings: a database, a plan, a store, a budget and a coordinator to listen as. */
final class StripeFixture {
    static final InstanceName INSTANCE = new InstanceName("sandbox");
    static final DatabaseName SHOP = new DatabaseName("shop");
    static final BackupSetId SET = new BackupSetId(new UUID(1, 2));
    static final StopFacts STOP = new StopFacts(new Lsn(4096), Instant.EPOCH.plusSeconds(60), 3, 1000);
    static final StripeSettings SETTINGS = StripeSettings.from(ConfigFactory.parseString(
                    "stripe { restart-pause-min = 20 millis, restart-pause-max = 50 millis, abort-patience = 50 millis, reread-pause = 1 millis }")
            .withFallback(ConfigFactory.load().getConfig("bakstripe.worker")));

    final ActorTestKit kit;
    final FakeDatabase database = new FakeDatabase();
    final CountedDatabase sources = new CountedDatabase(database);
    final MemoryObjectStore objects = new MemoryObjectStore().withBucket("bucket", "us-east-1");
    final SlowStore store = new SlowStore(objects);
    final ByteBudget budget;
    final TestProbe<DatabaseCommand> coordinator;
    final TestProbe<ClusterSharding.ShardCommand> shard;
    List<Extent> data = new ArrayList<>(List.of(Extent.directory("pg_wal")));
    List<Extent> closing;
    Optional<Spool> spool = Optional.empty();
    PartSizing sizing = new PartSizing(5 << 20, 6 << 20, 1000);
    boolean overwrite;
    String fileName = "shop-%d.bak";
    Storage storage = Storage.NATIVE;
    boolean compression = true;
    final LocalKeys keys = new LocalKeys();
    private Optional<EncryptionSpec> encryption = Optional.empty();
    final int task;
    /** For whom the store was asked, in order. */
    final List<StoreAccess> accesses = new CopyOnWriteArrayList<>();

    final AtomicReference<@Nullable StripeReport> last = new AtomicReference<>();
    /** Stands still, so that no lease ends on a busy machine. */
    volatile LongSupplier nanos = () -> 0;

    private final List<ActorRef<StripeMessage>> workers = new ArrayList<>();

    static {
        // What is awaited comes in milliseconds, but not where ten builds share a core.
        Awaitility.setDefaultTimeout(Duration.ofSeconds(60));
    }

    StripeFixture(ActorTestKit kit, int task, ByteBudget budget) {
        this.kit = kit;
        this.task = task;
        this.budget = budget;
        this.coordinator = kit.createTestProbe();
        this.shard = kit.createTestProbe();
        database.directories.add("pg_wal");
        closing = List.of(
                Extent.inline("backup_label", new byte[100]),
                Extent.log("pg_wal/1", 3 << 20),
                Extent.manifest(ManifestPage.encode(List.of(Extent.directory("pg_wal")))),
                Extent.control("global/pg_control", 8192));
    }

    static Config config() {
        return ConfigFactory.parseString("akka.loglevel = ERROR")
                .withFallback(PersistenceTestKitPlugin.getInstance().config())
                .withFallback(PersistenceTestKitSnapshotPlugin.config())
                .withFallback(ConfigFactory.load());
    }

    /** Adds a file to the database and, whole, to the data plan. */
    StripeFixture data(String path, int bytes) {
        database.file(path, bytes);
        data.add(Extent.file(path, 0, bytes));
        return this;
    }

    /** Encrypts the stripe with the only key of {@link #keys}. */
    StripeFixture encrypted() {
        return encrypted(EncryptionMode.ENCRYPTION_ONLY);
    }

    /** Encrypts the stripe with keys of {@link #keys}; with its usual one where none is named. */
    StripeFixture encrypted(EncryptionMode mode, KeyArn... others) {
        encryption =
                Optional.of(new EncryptionSpec(mode, others.length == 0 ? List.of(LocalKeys.KEY) : List.of(others)));
        return this;
    }

    /** The object that holds the keys of the first stripe's file. */
    S3Arn keyObject() {
        return KeyObject.of(file(1));
    }

    long dataBytes() {
        return data.stream().mapToLong(Extent::length).sum();
    }

    StripeRef stripe(int number) {
        return new StripeRef(new AttemptRef(INSTANCE, new TaskId(task), 1), number);
    }

    StripeSpec spec(int number, int files) {
        InstanceDefinition definition = new InstanceDefinition(
                INSTANCE, 1, "fake", Edition.ENTERPRISE, "us-east-1", "UTC", false, Optional.empty(), List.of());
        return new StripeSpec(
                stripe(number),
                DatabaseRef.of(INSTANCE, SHOP),
                SHOP,
                new InstanceView(definition, true),
                SET,
                file(number),
                files,
                overwrite,
                compression,
                new StartFacts(
                        "fake", "18", "1", 1, new Lsn(16), 16 << 20, "UTC", "shop", Optional.empty(), Instant.EPOCH),
                dataBytes(),
                BackupType.FULL,
                Optional.empty(),
                Optional.empty(),
                storage,
                encryption);
    }

    S3Arn file(int number) {
        return new S3Arn("bucket", fileName.formatted(number));
    }

    /** Plans come in pages of three extents. */
    private static SlicesReply.Slices page(List<Extent> plan, int page) {
        int from = Math.min(page * 3, plan.size());
        int to = Math.min(from + 3, plan.size());
        return new SlicesReply.Slices(page, plan.subList(from, to), to == plan.size());
    }

    /** Ticks as a coordinator does until the stripe is there; the first failure ends it. */
    StripeReport drive(Supplier<ActorRef<StripeMessage>> worker) {
        StripeGoal[] goal = {StripeGoal.STREAM};
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(30))
                .until(() -> {
                    StripeReport report = last.get();
                    if (report != null && report.state() == DatabaseCommand.StripeState.FAILED) {
                        throw new AssertionError(report.toString());
                    }
                    if (report != null && report.state() == DatabaseCommand.StripeState.DRAINED) {
                        goal[0] = StripeGoal.CLOSE;
                    } else if (report != null && report.state() == DatabaseCommand.StripeState.PREPARED) {
                        goal[0] = StripeGoal.PUBLISH;
                    }
                    worker.get().tell(tick(goal[0]));
                    return report != null && report.state() == DatabaseCommand.StripeState.PUBLISHED;
                });
        return Objects.requireNonNull(last.get());
    }

    /** The whole object that was published as the first stripe, as it was before it was encrypted. */
    byte[] object() {
        byte[] stored = objects.bytes(file(1)).orElseThrow();
        if (encryption.isEmpty()) {
            return stored;
        }
        return switch (encryption.get().mode()) {
            case ENCRYPTION_ONLY -> opened(Envelope.read(file(1), objects.metadata(file(1))), stored);
            case AUTHENTICATED -> {
                byte[] opened = AuthenticatedFile.open(
                        stored, objects.bytes(keyObject()).orElseThrow(), keys);
                keys.opened.decrementAndGet();
                yield opened;
            }
        };
    }

    private byte[] opened(Envelope envelope, byte[] stored) {
        try (DataKey key = keys.unwrap(envelope.wrappedWith(LocalKeys.KEY))
                .toCompletableFuture()
                .join()) {
            // As any program would open it.
            Cipher cipher = Cipher.getInstance("AES/CBC/PKCS5Padding");
            SecretKeySpec aes = key.use(bytes -> new SecretKeySpec(bytes, "AES"));
            cipher.init(
                    Cipher.DECRYPT_MODE, aes, new IvParameterSpec(envelope.iv().toBytes()));
            keys.opened.decrementAndGet();
            return cipher.doFinal(stored);
        } catch (GeneralSecurityException wrong) {
            throw new AssertionError(wrong);
        }
    }

    /** What the data frames of the published file hold, by path; every part has to be where the trailer says. */
    Map<String, byte[]> restored() {
        return StripeContent.of(file(1), object());
    }

    StripeDependencies dependencies() {
        return new StripeDependencies(
                access -> {
                    accesses.add(access);
                    return store;
                },
                access -> keys,
                sources,
                (stripe, plan, page) ->
                        CompletableFuture.completedFuture(page(plan == PlanKind.DATA ? data : closing, page)),
                budget,
                spool,
                sizing,
                (ref, report) -> {
                    last.set((StripeReport) report);
                    coordinator.getRef().tell(report);
                },
                InstantSource.system(),
                () -> nanos.getAsLong(),
                new SecureRandom(),
                "bakstripe test",
                SETTINGS);
    }

    ActorRef<StripeMessage> worker(int number) {
        ActorRef<StripeMessage> worker = kit.spawn(StripeWorker.create(stripe(number), shard.getRef(), dependencies()));
        workers.add(worker);
        return worker;
    }

    void stopWorkers() {
        workers.forEach(kit::stop);
    }

    Ensure tick(StripeGoal goal) {
        return tick(goal, 1, 1, 1);
    }

    Ensure tick(StripeGoal goal, int number, int files, long epoch) {
        Optional<StopFacts> stop =
                goal == StripeGoal.CLOSE || goal == StripeGoal.PUBLISH ? Optional.of(STOP) : Optional.empty();
        return new Ensure(epoch, spec(number, files), goal, stop);
    }

    /** The next report in that state; those before it are skipped. */
    StripeReport await(DatabaseCommand.StripeState state) {
        List<StripeReport> seen = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            StripeReport report = (StripeReport) coordinator.receiveMessage(Duration.ofSeconds(60));
            seen.add(report);
            if (report.state() == state) {
                return report;
            }
        }
        throw new AssertionError("no " + state + " in " + seen);
    }

    /** A worker whose stripe is whole in the store but for its publication. */
    ActorRef<StripeMessage> prepared() {
        ActorRef<StripeMessage> worker = worker(1);
        worker.tell(tick(StripeGoal.STREAM));
        await(DatabaseCommand.StripeState.DRAINED);
        worker.tell(tick(StripeGoal.CLOSE));
        await(DatabaseCommand.StripeState.PREPARED);
        return worker;
    }

    /** Stops a worker as a node that goes down does; {@link #worker} makes its successor. */
    void restart(ActorRef<StripeMessage> worker) {
        worker.tell(StripeWorker.Stop.INSTANCE);
        coordinator.expectTerminated(worker);
    }

    /** What the first stripe recorded. */
    List<StripeEvent> journal(PersistenceTestKit journal) {
        return journal.persistedInStorage("stripe|" + stripe(1).entityId()).stream()
                .map(StripeEvent.class::cast)
                .toList();
    }

    <T extends StripeEvent> List<T> recorded(PersistenceTestKit journal, Class<T> event) {
        return journal(journal).stream()
                .filter(event::isInstance)
                .map(event::cast)
                .toList();
    }

    /** That the file holds what the database does: two files, and the log that every backup of these tests closes with. */
    void expectEverythingInTheFile() {
        Map<String, byte[]> restored = restored();
        assertThat(restored.get("base/1")).isEqualTo(database.files.get("base/1"));
        assertThat(restored.get("base/2")).isEqualTo(database.files.get("base/2"));
        assertThat(restored.get("pg_wal/1")).hasSize(3 << 20);
    }

    /** Stops the workers, after which no memory and no reader may be held. */
    void expectNothingHeld() {
        stopWorkers();
        Awaitility.await().untilAsserted(() -> {
            assertThat(budget.free()).isEqualTo(budget.total());
            assertThat(database.openReaders).hasValue(0);
        });
    }
}
