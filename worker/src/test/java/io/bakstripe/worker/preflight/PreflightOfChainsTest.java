package io.bakstripe.worker.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.message.PreflightCommand.CheckBackup;
import io.bakstripe.protocol.message.PreflightCommand.PreflightReply;
import io.bakstripe.protocol.message.PreflightCommand.PreflightReply.Passed;
import io.bakstripe.protocol.message.PreflightCommand.PreflightReply.Refused;
import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.procedure.BackupRequest;
import io.bakstripe.protocol.stripe.BackupBasis;
import io.bakstripe.protocol.stripe.DifferentialBase;
import io.bakstripe.protocol.stripe.LogChain;
import io.bakstripe.protocol.stripe.StartFacts;
import io.bakstripe.worker.engine.BackupOrder;
import io.bakstripe.worker.restore.SetFinder;
import io.bakstripe.worker.store.MemoryObjectStore;
import io.bakstripe.worker.store.SetMetadata;
import io.bakstripe.worker.store.Stores;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What pre-flight says of what a backup goes on from. */
class PreflightOfChainsTest {
    private static final ActorTestKit KIT = PreflightTest.startKit();
    private static final DatabaseName SHOP = new DatabaseName("shop");
    private static final BackupSetId SET = new BackupSetId(new UUID(0, 7));
    private static final List<S3Arn> FILES = List.of(PreflightTest.file("full1.bak"), PreflightTest.file("full2.bak"));
    private static final BackupBasis DIFFERENTIAL = BackupBasis.differential(new DifferentialBase(
            SET,
            FILES,
            new StartFacts(
                    "postgresql", "18", "1", 1, new Lsn(16), 16 << 20, "", "shop", Optional.empty(), Instant.EPOCH),
            new Lsn(32)));
    private static final BackupBasis LOG =
            BackupBasis.log(new LogChain("1", 1, "fork", new Lsn(0), new Lsn(0), Instant.EPOCH));

    private final MemoryObjectStore store = new MemoryObjectStore().withBucket("backups", "eu-north-1");
    private final TestProbe<PreflightReply> probe = KIT.createTestProbe();
    private final TestSources sources = new TestSources();

    @AfterAll
    static void shutDown() {
        KIT.shutdownTestKit();
    }

    @BeforeEach
    void putBase() {
        FILES.forEach(file -> put(file, SET));
    }

    private void put(S3Arn file, BackupSetId set) {
        store.put(file, new byte[1], Map.of(SetMetadata.SET_ID, set.toString()));
    }

    private void check(Optional<BackupBasis> basis) {
        SetFinder finder = from -> CompletableFuture.failedFuture(
                BackupError.FILE_UNKNOWN.problem("nothing").asException());
        PreflightSettings settings = new PreflightSettings(Duration.ofSeconds(5), true, true, 10);
        KIT.spawn(Preflight.create(new PreflightDependencies(
                        Stores.only(store), sources, any -> finder, settings, InstantSource.system())))
                .tell(new CheckBackup(
                        PreflightTest.VIEW,
                        PreflightTest.DATABASE,
                        new BackupRequest(SHOP, PreflightTest.file("shop.bak"), false, 1),
                        basis,
                        probe.getRef()));
    }

    private Problem refusal() {
        return probe.expectMessageClass(Refused.class, Duration.ofSeconds(10)).problem();
    }

    @Test
    void passesWhileTheBaseIsWhole() {
        check(Optional.of(DIFFERENTIAL));

        probe.expectMessage(new Passed(12_345));
        BackupOrder ordered = Objects.requireNonNull(sources.ordered);
        assertThat(ordered.basis()).isEqualTo(DIFFERENTIAL);
        assertThat(ordered.database()).isEqualTo(PreflightTest.DATABASE);
    }

    @Test
    void refusesADifferentialOfABaseThatIsGone() {
        store.remove(FILES.get(1));

        check(Optional.of(DIFFERENTIAL));

        Problem problem = refusal();
        assertThat(problem.error()).isEqualTo(BackupError.NO_DIFFERENTIAL_BASE);
        assertThat(problem.hint()).contains(FILES.get(1).toString(), "is gone");
        assertThat(sources.resolved).isFalse();
    }

    @Test
    void refusesADifferentialOfABaseThatWasOverwritten() {
        BackupSetId other = new BackupSetId(new UUID(0, 8));
        put(FILES.get(0), other);
        check(Optional.of(DIFFERENTIAL));
        assertThat(refusal().hint()).contains(FILES.get(0).toString(), "belongs to set " + other);

        store.put(FILES.get(0), new byte[1], Map.of());
        check(Optional.of(DIFFERENTIAL));
        assertThat(refusal().error()).isEqualTo(BackupError.NO_DIFFERENTIAL_BASE);
    }

    @Test
    void tellsWhatTheServerSaysOfTheChain() {
        sources.inspection = () -> {
            throw BackupError.LOG_CHAIN_BROKEN.problem(SHOP, "the slot is gone").asException();
        };

        check(Optional.of(LOG));

        assertThat(refusal().error()).isEqualTo(BackupError.LOG_CHAIN_BROKEN);
    }

    @Test
    void looksAtAServerWhoseLogIsNotBackedUpAsForAFullBackup() {
        check(Optional.empty());

        probe.expectMessageClass(Passed.class);
        assertThat(Objects.requireNonNull(sources.ordered).basis()).isEqualTo(BackupBasis.full(false));
    }
}
