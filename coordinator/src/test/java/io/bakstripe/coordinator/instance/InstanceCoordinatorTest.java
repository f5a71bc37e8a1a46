package io.bakstripe.coordinator.instance;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.persistence.testkit.javadsl.EventSourcedBehaviorTestKit;
import com.typesafe.config.ConfigFactory;
import io.bakstripe.coordinator.ProbePeers;
import io.bakstripe.coordinator.Samples;
import io.bakstripe.coordinator.SettableClock;
import io.bakstripe.coordinator.journal.InstanceEvent;
import io.bakstripe.coordinator.journal.InstanceEvent.RegistrationVoided;
import io.bakstripe.coordinator.journal.InstanceEvent.SlotReleased;
import io.bakstripe.coordinator.journal.InstanceEvent.TidyingEnded;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.BackupOption;
import io.bakstripe.protocol.instance.Edition;
import io.bakstripe.protocol.instance.InstanceDefinition;
import io.bakstripe.protocol.instance.Windows;
import io.bakstripe.protocol.message.CancelReply;
import io.bakstripe.protocol.message.DatabaseCommand;
import io.bakstripe.protocol.message.InstanceCommand;
import io.bakstripe.protocol.message.InstanceCommand.Cancel;
import io.bakstripe.protocol.message.InstanceCommand.ConfigurationReply;
import io.bakstripe.protocol.message.InstanceCommand.Declare;
import io.bakstripe.protocol.message.InstanceCommand.DeclareReply;
import io.bakstripe.protocol.message.InstanceCommand.Describe;
import io.bakstripe.protocol.message.InstanceCommand.InstanceDescription;
import io.bakstripe.protocol.message.InstanceCommand.ProbeAnswer;
import io.bakstripe.protocol.message.InstanceCommand.Register;
import io.bakstripe.protocol.message.InstanceCommand.ReleaseSlot;
import io.bakstripe.protocol.message.InstanceCommand.RequestSlot;
import io.bakstripe.protocol.message.InstanceCommand.SetConfiguration;
import io.bakstripe.protocol.message.InstanceCommand.ShowConfiguration;
import io.bakstripe.protocol.message.InstanceCommand.Submit;
import io.bakstripe.protocol.message.InstanceCommand.TaskKnowledge;
import io.bakstripe.protocol.message.InstanceCommand.Tidied;
import io.bakstripe.protocol.message.RequestKey;
import io.bakstripe.protocol.message.SubmitReply;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.procedure.BackupType;
import io.bakstripe.protocol.procedure.Recovery;
import io.bakstripe.protocol.procedure.TaskRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class InstanceCoordinatorTest {
    private static final ActorTestKit KIT =
            ActorTestKit.create(EventSourcedBehaviorTestKit.config().withFallback(ConfigFactory.load()));
    private static final InstanceSettings SETTINGS = Samples.settings();
    private static final RequestKey KEY = new RequestKey("key", "hash");

    private final SettableClock clock = new SettableClock();
    private ProbePeers peers;
    private EventSourcedBehaviorTestKit<InstanceCommand, InstanceEvent, InstanceRecord> instance;

    @BeforeEach
    void start() {
        peers = new ProbePeers(KIT);
        instance = EventSourcedBehaviorTestKit.create(
                KIT.system(), InstanceCoordinator.create(Samples.INSTANCE, SETTINGS, peers, clock));
    }

    @AfterEach
    void restartsEqual() {
        InstanceRecord before = instance.getState();
        assertThat(instance.restart().state()).isEqualTo(before);
        instance.clear();
    }

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private DeclareReply declare(InstanceDefinition definition) {
        return instance.<DeclareReply>runCommand(replyTo -> new Declare(definition, replyTo))
                .reply();
    }

    private void declared() {
        declare(Samples.definition(1));
    }

    private static Register register(int number, Optional<RequestKey> key) {
        return new Register(Samples.SHOP_REF, Samples.SHOP, new UUID(0, number), key, false);
    }

    private TaskId registered(int number) {
        instance.runCommand(register(number, Optional.empty()));
        return peers.database
                .expectMessageClass(DatabaseCommand.Registered.class)
                .task();
    }

    private Problem refused(TaskRequest request, Optional<RequestKey> key) {
        TestProbe<SubmitReply> caller = KIT.createTestProbe();
        instance.runCommand(new Submit(request, Samples.ME, key, caller.getRef()));
        return caller.expectMessageClass(SubmitReply.Refused.class).problem();
    }

    @Test
    void takesHigherRevisionsOnly() {
        assertThat(declare(Samples.definition(5))).isEqualTo(new DeclareReply(5, true));
        assertThat(declare(Samples.definition(5))).isEqualTo(new DeclareReply(5, true));
        assertThat(declare(Samples.definition(4))).isEqualTo(new DeclareReply(5, false));
        assertThat(declare(Samples.definition(6))).isEqualTo(new DeclareReply(6, true));
        assertThat(instance.getState().definition().orElseThrow().revision()).isEqualTo(6);
    }

    @Test
    void handsACallToItsDatabase() {
        declared();
        TestProbe<SubmitReply> caller = KIT.createTestProbe();
        TaskRequest request = Samples.backup(new DatabaseName("sHOP"), 1);

        instance.runCommand(new Submit(request, Samples.ME, Optional.of(KEY), caller.getRef()));

        peers.database.expectMessage(
                new DatabaseCommand.Submit(request, Samples.view(), Samples.ME, Optional.of(KEY), caller.getRef()));
    }

    @Test
    void refusesWhatItCannotPlace() {
        assertThat(refused(Samples.backup(Samples.SHOP, 1), Optional.empty()).error())
                .isEqualTo(BackupError.INSTANCE_UNKNOWN);
        declare(Samples.definition(1, Edition.ENTERPRISE, Optional.empty()));
        assertThat(refused(Samples.backup(Samples.COPY, 1), Optional.empty()).error())
                .isEqualTo(BackupError.DATABASE_UNKNOWN);
        assertThat(refused(Samples.restore(Samples.COPY), Optional.empty()).error())
                .isEqualTo(BackupError.INSTANCE_NOT_MANAGED);
        assertThat(refused(Samples.restoredSnapshot(Samples.COPY), Optional.empty())
                        .error())
                .isEqualTo(BackupError.INSTANCE_NOT_MANAGED);
        peers.database.expectNoMessage(Duration.ofMillis(100));
    }

    @Test
    void knowsNamesThatRestoresWereRegisteredFor() {
        declared();
        instance.runCommand(new Register(Samples.COPY_REF, Samples.COPY, new UUID(0, 1), Optional.empty(), true));
        peers.database.expectMessageClass(DatabaseCommand.Registered.class);
        TestProbe<SubmitReply> caller = KIT.createTestProbe();

        instance.runCommand(new Submit(Samples.backup(Samples.COPY, 1), Samples.ME, Optional.empty(), caller.getRef()));

        peers.database.expectMessageClass(DatabaseCommand.Submit.class);
        InstanceDescription description =
                instance.<InstanceDescription>runCommand(Describe::new).reply();
        assertThat(description.databases())
                .extracting(DatabaseName::value)
                .containsExactly("Copy", "Second", "Shop", "Third");
        assertThat(description.open()).containsExactly(new InstanceCommand.TaskRoute(new TaskId(1), Samples.COPY_REF));
    }

    @Test
    void givesOneIdForOneSubmissionHoweverOftenItAsks() {
        declared();

        assertThat(registered(1)).isEqualTo(new TaskId(1));
        assertThat(instance.runCommand(register(1, Optional.empty())).hasNoEvents())
                .isTrue();
        peers.database.expectMessage(new DatabaseCommand.Registered(new UUID(0, 1), new TaskId(1)));
        assertThat(registered(2)).isEqualTo(new TaskId(2));
        instance.runCommand(new ReleaseSlot(Samples.SHOP_REF, new TaskId(1), false));
        peers.database.expectMessage(new DatabaseCommand.SlotReleased(new TaskId(1)));
        assertThat(registered(1)).isEqualTo(new TaskId(1));
    }

    @Test
    void answersAKeyInUseWithItsTaskForADay() {
        declared();
        instance.runCommand(register(1, Optional.of(KEY)));
        peers.database.expectMessageClass(DatabaseCommand.Registered.class);

        instance.runCommand(register(2, Optional.of(KEY)));
        peers.database.expectMessage(
                new DatabaseCommand.NotRegistered(new UUID(0, 2), Optional.empty(), Optional.of(new TaskId(1))));
        instance.runCommand(register(3, Optional.of(new RequestKey("key", "other"))));
        assertThat(peers.database
                        .expectMessageClass(DatabaseCommand.NotRegistered.class)
                        .problem()
                        .map(Problem::error))
                .contains(BackupError.IDEMPOTENCY_KEY_REUSED);
        assertThat(refused(Samples.backup(Samples.SHOP, 1), Optional.of(new RequestKey("key", "other")))
                        .error())
                .isEqualTo(BackupError.IDEMPOTENCY_KEY_REUSED);

        clock.advance(Duration.ofHours(24));
        instance.runCommand(register(4, Optional.of(new RequestKey("key", "other"))));
        peers.database.expectMessage(new DatabaseCommand.Registered(new UUID(0, 4), new TaskId(2)));
    }

    @Test
    void refusesWhatTheInstanceDoesNotAllowBeforeAnyoneIsAsked() {
        declare(Samples.definition(
                1, Edition.ENTERPRISE, Optional.of(Samples.HOST), true, Windows.none(), Optional.empty()));
        assertThat(refused(Samples.backup(Samples.SHOP, 1), Optional.empty()).detail())
                .isEqualTo("Database backup/restore option is not enabled yet or is in the process of being enabled."
                        + " Please try again later.");
        declare(Samples.definition(
                2,
                Edition.ENTERPRISE,
                Optional.of(Samples.HOST),
                true,
                Windows.none(),
                Optional.of(BackupOption.DEFAULT)));
        assertThat(refused(Samples.step(BackupType.LOG, Recovery.NORECOVERY), Optional.empty())
                        .error())
                .as("also where there is no such database")
                .isEqualTo(BackupError.MULTI_AZ_STEP);
        declare(Samples.complete(3));
        clock.advance(Duration.between(clock.instant(), Instant.parse("2026-03-08T05:00:00Z")));
        assertThat(refused(Samples.backup(Samples.SHOP, 1), Optional.empty()).error())
                .isEqualTo(BackupError.MAINTENANCE_WINDOW);
        peers.database.expectNoMessage(Duration.ofMillis(100));

        clock.advance(Duration.ofHours(1));
        TestProbe<SubmitReply> caller = KIT.createTestProbe();
        instance.runCommand(new Submit(Samples.backup(Samples.SHOP, 1), Samples.ME, Optional.empty(), caller.getRef()));
        peers.database.expectMessageClass(DatabaseCommand.Submit.class);
    }

    @Test
    void doesNotCompressBackupsOfAnEditionThatCannotWhateverWasSetBefore() {
        declare(Samples.definition(1, Edition.ENTERPRISE, Optional.empty()));
        assertThat(set("S3 backup compression", "true").problem()).isEmpty();
        declare(Samples.definition(2, Edition.EXPRESS, Optional.empty()));
        TestProbe<SubmitReply> caller = KIT.createTestProbe();

        instance.runCommand(new Submit(Samples.backup(Samples.SHOP, 1), Samples.ME, Optional.empty(), caller.getRef()));

        assertThat(peers.database
                        .expectMessageClass(DatabaseCommand.Submit.class)
                        .view()
                        .compression())
                .isFalse();
        assertThat(set("S3 backup compression", "true").problem().orElseThrow().detail())
                .isEqualTo("BACKUP DATABASE WITH COMPRESSION isn't supported on Express Edition");
    }

    @Test
    void voidsARegistrationThatNobodyKnowsOnceItIsOld() {
        declared();
        instance.runCommand(register(1, Optional.of(KEY)));
        ProbeAnswer unknown = new ProbeAnswer(new TaskId(1), TaskKnowledge.UNKNOWN);

        assertThat(instance.runCommand(unknown).hasNoEvents()).isTrue();
        clock.advance(Duration.ofSeconds(30));
        assertThat(instance.runCommand(new ProbeAnswer(new TaskId(1), TaskKnowledge.UNFINISHED))
                        .hasNoEvents())
                .isTrue();
        assertThat(instance.runCommand(unknown).event())
                .isEqualTo(new RegistrationVoided(new TaskId(1), clock.instant()));
        assertThat(instance.runCommand(unknown).hasNoEvents()).isTrue();
        assertThat(instance.getState().usedKey("key", clock.instant())).isEmpty();
        peers.database.receiveMessage();
        assertThat(registered(2)).isEqualTo(new TaskId(2));
    }

    @Test
    void closesATaskWhoseEndItMissed() {
        declared();
        registered(1);
        instance.runCommand(new RequestSlot(Samples.SHOP_REF, new TaskId(1)));

        assertThat(instance.runCommand(new ProbeAnswer(new TaskId(1), TaskKnowledge.ENDED))
                        .event())
                .isInstanceOf(SlotReleased.class);
        assertThat(instance.getState().slotsHeld()).isZero();
    }

    @Test
    void handsACancellationToTheDatabaseOfItsTask() {
        declared();
        registered(1);
        TestProbe<CancelReply> caller = KIT.createTestProbe();

        instance.runCommand(new Cancel(new TaskId(1), Samples.ME, Optional.of(KEY), caller.getRef()));
        peers.database.expectMessage(
                new DatabaseCommand.Cancel(new TaskId(1), Samples.ME, Optional.of(KEY), caller.getRef()));
        instance.runCommand(new ReleaseSlot(Samples.SHOP_REF, new TaskId(1), false));
        peers.database.expectMessageClass(DatabaseCommand.SlotReleased.class);
        instance.runCommand(new Cancel(new TaskId(1), Samples.ME, Optional.empty(), caller.getRef()));
        peers.database.expectMessageClass(DatabaseCommand.Cancel.class);

        instance.runCommand(new Cancel(new TaskId(2), Samples.ME, Optional.empty(), caller.getRef()));
        caller.expectMessage(new CancelReply.Unknown());
    }

    @Test
    void wakesTheDatabaseOfAnEndedTaskUntilNothingIsLeftOfIt() {
        declared();
        registered(1);
        ReleaseSlot release = new ReleaseSlot(Samples.SHOP_REF, new TaskId(1), true);
        instance.runCommand(release);
        peers.database.expectMessage(new DatabaseCommand.SlotReleased(new TaskId(1)));
        assertThat(instance.runCommand(release).hasNoEvents()).isTrue();
        peers.database.expectMessage(new DatabaseCommand.SlotReleased(new TaskId(1)));

        instance.restart();
        peers.database.expectMessage(new DatabaseCommand.Wake(Samples.view()));

        Tidied tidied = new Tidied(Samples.SHOP_REF, new TaskId(1));
        assertThat(instance.runCommand(tidied).event()).isInstanceOf(TidyingEnded.class);
        peers.database.expectMessage(new DatabaseCommand.TidyNoted(new TaskId(1)));
        assertThat(instance.runCommand(tidied).hasNoEvents()).isTrue();
        peers.database.expectMessage(new DatabaseCommand.TidyNoted(new TaskId(1)));
        assertThat(instance.runCommand(release).hasNoEvents())
                .as("a message that was delayed does not undo it")
                .isTrue();
        peers.database.expectMessageClass(DatabaseCommand.SlotReleased.class);
        instance.restart();
        peers.database.expectNoMessage(Duration.ofMillis(100));
    }

    @Test
    void wakesAndProbesWhenItStarts() {
        declared();
        registered(1);
        instance.runCommand(new RequestSlot(Samples.SHOP_REF, new TaskId(1)));
        peers.database.expectMessageClass(DatabaseCommand.SlotGranted.class);

        instance.restart();

        peers.database.expectMessage(new DatabaseCommand.Wake(Samples.view()));
        peers.database.expectMessage(new DatabaseCommand.Probe(new TaskId(1), new UUID(0, 1)));
        peers.database.expectMessage(new DatabaseCommand.SlotGranted(new TaskId(1)));
    }

    @Test
    void setsCompressionWhereTheEditionAllowsIt() {
        declare(Samples.definition(1, Edition.WEB, Optional.empty()));
        assertThat(show(Optional.empty()).rows().get(0).value()).isEqualTo("false");
        Problem refused = set("S3 backup compression", "true").problem().orElseThrow();
        assertThat(refused.error()).isEqualTo(BackupError.COMPRESSION_NOT_SUPPORTED);
        assertThat(refused.detail()).isEqualTo("BACKUP DATABASE WITH COMPRESSION isn't supported on Web Edition");

        declare(Samples.definition(2, Edition.STANDARD, Optional.empty()));
        assertThat(show(Optional.of("s3 backup COMPRESSION")).rows().get(0).value())
                .isEqualTo("true");
        assertThat(set("s3 backup compression", "False").rows().get(0).value()).isEqualTo("false");
        assertThat(show(Optional.empty()).rows().get(0).value()).isEqualTo("false");
    }

    @Test
    void refusesConfigurationsThatDoNotExist() {
        declared();

        assertThat(set("colour", "true").problem().map(Problem::error)).contains(BackupError.CONFIGURATION_UNKNOWN);
        Problem value = set("S3 backup compression", "perhaps").problem().orElseThrow();
        assertThat(value.error()).isEqualTo(BackupError.PARAMETER_VALUE);
        assertThat(value.parameter()).contains("value");
        assertThat(show(Optional.of("colour")).problem().map(Problem::error))
                .contains(BackupError.CONFIGURATION_UNKNOWN);
    }

    @Test
    void keepsTheLastClosedRegistrationsInSight() {
        declared();
        for (int number = 1; number <= InstanceRecord.RECENT + 3; number++) {
            TaskId task = registered(number);
            instance.runCommand(new ReleaseSlot(Samples.SHOP_REF, task, false));
            peers.database.expectMessageClass(DatabaseCommand.SlotReleased.class);
        }

        List<InstanceCommand.TaskRoute> recent =
                instance.<InstanceDescription>runCommand(Describe::new).reply().recent();

        assertThat(recent).hasSize(InstanceRecord.RECENT);
        assertThat(recent.get(0).task()).isEqualTo(new TaskId(4));
        assertThat(recent.get(0).database()).isEqualTo(DatabaseRef.of(Samples.INSTANCE, Samples.SHOP));
    }

    private ConfigurationReply set(String name, String value) {
        return instance.<ConfigurationReply>runCommand(replyTo -> new SetConfiguration(name, value, replyTo))
                .reply();
    }

    private ConfigurationReply show(Optional<String> name) {
        return instance.<ConfigurationReply>runCommand(replyTo -> new ShowConfiguration(name, replyTo))
                .reply();
    }
}
