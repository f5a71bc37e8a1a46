package io.bakstripe.protocol.message;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.ActorRef;
import com.typesafe.config.ConfigFactory;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.instance.Edition;
import io.bakstripe.protocol.instance.InstanceDefinition;
import io.bakstripe.protocol.instance.InstanceView;
import io.bakstripe.protocol.instance.Login;
import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.message.HostCommand.HostReply;
import io.bakstripe.protocol.message.PreflightCommand.PreflightReply;
import io.bakstripe.protocol.message.RestoreCommand.RestoreStep;
import io.bakstripe.protocol.message.SessionCommand.SessionGoal;
import io.bakstripe.protocol.message.SessionCommand.SessionSpec;
import io.bakstripe.protocol.message.SessionCommand.StoppedEngine;
import io.bakstripe.protocol.name.AttemptRef;
import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.HostName;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.procedure.BackupRequest;
import io.bakstripe.protocol.procedure.BackupType;
import io.bakstripe.protocol.procedure.Recovery;
import io.bakstripe.protocol.procedure.RestoreRequest;
import io.bakstripe.protocol.procedure.StopAt;
import io.bakstripe.protocol.serialization.CborSerializable;
import io.bakstripe.protocol.stripe.BackupBasis;
import io.bakstripe.protocol.stripe.KeptLog;
import io.bakstripe.protocol.stripe.LogChain;
import io.bakstripe.protocol.stripe.RolledTo;
import io.bakstripe.protocol.stripe.SetFacts;
import io.bakstripe.protocol.stripe.StartFacts;
import io.bakstripe.protocol.stripe.StopFacts;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The messages that chains of backups added, or added to: each one comes over the wire as it was sent. */
class ChainMessagesTest {
    private static final ActorTestKit KIT = ActorTestKit.create(ConfigFactory.parseString(
                    "akka.actor.serialization-bindings { \"" + CborSerializable.class.getName() + "\" = jackson-cbor }")
            .withFallback(ConfigFactory.load()));

    private static final Instant TEN = Instant.parse("2026-03-01T10:00:00.000001Z");
    private static final InstanceName MAIN = new InstanceName("main");
    private static final DatabaseName COPY = new DatabaseName("Copy");
    private static final DatabaseRef REF = new DatabaseRef(MAIN, "copy");
    private static final AttemptRef ATTEMPT = new AttemptRef(MAIN, new TaskId(5), 1);
    private static final HostName HOST = new HostName("host1");
    private static final S3Arn ARN = S3Arn.parse("arn:aws:s3:::bucket/1.trn");
    private static final BackupSetId SET = new BackupSetId(new UUID(0, 1));
    private static final Lsn LSN = Lsn.parse("0/3000028");
    private static final InstanceView VIEW = new InstanceView(
            new InstanceDefinition(
                    MAIN, 1, "postgresql", Edition.ENTERPRISE, "us-east-1", "UTC", false, Optional.of(HOST), List.of()),
            true);
    private static final StartFacts START =
            new StartFacts("postgresql", "18", "7", 1, LSN, 1 << 24, "UTC", "shop", Optional.of("fork"), TEN);
    private static final StopFacts STOP =
            new StopFacts(LSN, TEN, 1, 2, Optional.empty(), Optional.of(TEN), Optional.of(new KeptLog(LSN, false)));
    private static final BackupBasis LOG = BackupBasis.log(new LogChain("7", 1, "fork", LSN, LSN, TEN));

    @AfterAll
    static void end() {
        KIT.shutdownTestKit();
    }

    static Stream<CborSerializable> replies() {
        return Stream.of(
                new DropReply.Dropped(COPY),
                new DropReply.Refused(BackupError.NOT_READY_TO_ROLL_FORWARD.problem("copy")),
                new HostReply.Connected(
                        new ServerConnection("h", 1, "u", "p", "d", "jdbc:postgresql://h/d"), Optional.of("fork")),
                new HostReply.Kept(new RolledTo(LSN, Optional.of(TEN), true)),
                new HostReply.Discarded(true),
                new HostReply.Dropped(),
                new PreflightReply.Passed(
                        5,
                        List.of("Beware."),
                        Optional.of(new SetFacts(
                                SET,
                                BackupType.LOG,
                                COPY,
                                START,
                                STOP,
                                Optional.empty(),
                                Optional.empty(),
                                "full",
                                List.of(),
                                List.of(ARN)))),
                new DatabaseCommand.BackupSets(List.of()),
                new DatabaseCommand.RestoreReport(
                        ATTEMPT,
                        7,
                        DatabaseCommand.RestoreState.KEPT,
                        "node1",
                        Optional.of(SET),
                        List.of(),
                        Optional.empty(),
                        Optional.of(new RolledTo(LSN, Optional.empty(), false)),
                        true));
    }

    static Stream<CborSerializable> commands() {
        RestoreStep log = new RestoreStep(RestoreStep.Kind.LOG, Optional.of(ARN), Optional.of(TEN), Optional.of(LSN));
        RestoreStep finish =
                new RestoreStep(RestoreStep.Kind.FINISH, Optional.empty(), Optional.empty(), Optional.of(LSN));
        return Stream.of(
                new DatabaseCommand.Drop(
                        COPY,
                        VIEW,
                        Login.MASTER,
                        KIT.<DropReply>createTestProbe().ref()),
                new DatabaseCommand.DescribeBackupSets(
                        KIT.<DatabaseCommand.BackupSets>createTestProbe().ref()),
                new InstanceCommand.Drop(
                        COPY, Login.MASTER, KIT.<DropReply>createTestProbe().ref()),
                new HostCommand.Prepare(REF, ATTEMPT, RestoreStep.Kind.LOG, Optional.of(LSN), hostReplies()),
                new HostCommand.Keep(
                        REF,
                        COPY,
                        ATTEMPT,
                        new HostCommand.WrittenStep(
                                RestoreStep.Kind.LOG, SET, START, LSN, Optional.empty(), Optional.of(TEN)),
                        hostReplies()),
                new HostCommand.StandBy(REF, hostReplies()),
                new HostCommand.Drop(REF, hostReplies()),
                new RestoreCommand.Ensure(
                        7,
                        new RestoreCommand.RestoreSpec(ATTEMPT, REF, COPY, VIEW, HOST, log, Optional.of(SET)),
                        RestoreCommand.RestoreGoal.KEEP),
                new RestoreCommand.Ensure(
                        7,
                        new RestoreCommand.RestoreSpec(ATTEMPT, REF, COPY, VIEW, HOST, finish, Optional.empty()),
                        RestoreCommand.RestoreGoal.STAND_BY),
                new SessionCommand.Ensure(
                        7,
                        new SessionSpec(ATTEMPT, REF, COPY, VIEW, 1, LOG),
                        SessionGoal.END,
                        Optional.of(START),
                        Optional.of(new StoppedEngine(STOP, List.of())),
                        Optional.of(LSN)),
                new PreflightCommand.CheckBackup(
                        VIEW,
                        REF,
                        new BackupRequest(COPY, BackupType.LOG, ARN, false, 1, false),
                        Optional.of(LOG),
                        preflightReplies()),
                new PreflightCommand.CheckRestore(
                        VIEW,
                        new RestoreRequest(
                                COPY,
                                BackupType.LOG,
                                ARN,
                                Recovery.RECOVERY,
                                Optional.of(new StopAt("2026-03-01 14:05"))),
                        preflightReplies()));
    }

    private static ActorRef<HostReply> hostReplies() {
        return KIT.<HostReply>createTestProbe().ref();
    }

    private static ActorRef<PreflightReply> preflightReplies() {
        return KIT.<PreflightReply>createTestProbe().ref();
    }

    @ParameterizedTest
    @MethodSource({"replies", "commands"})
    void comesOverTheWireAsItWasSent(CborSerializable message) {
        KIT.serializationTestKit().verifySerialization(message, true);
    }
}
