package io.bakstripe.protocol.serialization;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.ExtendedActorSystem;
import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.javadsl.Adapter;
import com.typesafe.config.ConfigFactory;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.BackupSetInfo;
import io.bakstripe.protocol.instance.ChainPosition;
import io.bakstripe.protocol.instance.DatabaseInfo;
import io.bakstripe.protocol.instance.DatabaseState;
import io.bakstripe.protocol.instance.RecoveryModel;
import io.bakstripe.protocol.message.RestoreCommand.RestoreStep;
import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.KeyArn;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.procedure.BackupRequest;
import io.bakstripe.protocol.procedure.BackupType;
import io.bakstripe.protocol.procedure.FinishRequest;
import io.bakstripe.protocol.procedure.Recovery;
import io.bakstripe.protocol.procedure.RestoreRequest;
import io.bakstripe.protocol.procedure.StopAt;
import io.bakstripe.protocol.procedure.TaskRequest;
import io.bakstripe.protocol.stripe.BackupBasis;
import io.bakstripe.protocol.stripe.DifferentialBase;
import io.bakstripe.protocol.stripe.EncryptionMode;
import io.bakstripe.protocol.stripe.EncryptionSpec;
import io.bakstripe.protocol.stripe.KeptLog;
import io.bakstripe.protocol.stripe.LogChain;
import io.bakstripe.protocol.stripe.LogSpan;
import io.bakstripe.protocol.stripe.RolledTo;
import io.bakstripe.protocol.stripe.SetFacts;
import io.bakstripe.protocol.stripe.StartFacts;
import io.bakstripe.protocol.stripe.StopFacts;
import io.bakstripe.protocol.task.Lifecycle;
import io.bakstripe.protocol.task.TaskRow;
import io.bakstripe.protocol.task.TaskType;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What chains of backups are made of, as it travels between nodes and as it lies in journals. */
class ChainsOnTheWireTest {
    private static final ActorTestKit KIT = ActorTestKit.create(ConfigFactory.parseString(
                    "akka.actor.serialization-bindings { \"" + CborSerializable.class.getName() + "\" = jackson-cbor }")
            .withFallback(ConfigFactory.load()));

    private static final Instant TEN = Instant.parse("2026-03-01T10:00:00.000001Z");
    private static final DatabaseName SHOP = new DatabaseName("Größe");
    private static final S3Arn ARN = S3Arn.parse("arn:aws:s3:::bucket/shop*.bak");
    private static final BackupSetId SET = new BackupSetId(new UUID(0, 1));
    private static final BackupSetId BASE = new BackupSetId(new UUID(0, 2));
    private static final Lsn FIRST = Lsn.parse("0/2000028");
    private static final Lsn LAST = Lsn.parse("FFFFFFFF/3000000");
    private static final StartFacts START = new StartFacts(
            "postgresql",
            "18",
            "7312345678901234567",
            1,
            FIRST,
            1 << 24,
            "Europe/Berlin",
            "shop",
            Optional.of("fork"),
            TEN,
            Optional.of(new LogSpan(FIRST, TEN, TEN.plusSeconds(1), TEN.plusSeconds(2))),
            Map.of(5L, "731", 4_000_000_000L, "732"));
    private static final StopFacts STOP = new StopFacts(
            LAST, TEN, 10, 1L << 40, Optional.of(3L), Optional.of(TEN), Optional.of(new KeptLog(FIRST, true)));

    private static final KeyArn KEY = KeyArn.parse("arn:aws:kms:us-east-1:123456789012:key/a");
    private static final KeyArn OTHER_KEY = KeyArn.parse("arn:aws:kms:us-east-1:123456789012:key/b");

    @AfterAll
    static void end() {
        KIT.shutdownTestKit();
    }

    static Stream<Object> values() {
        return Stream.concat(
                Stream.of(
                        new BackupRequest(SHOP, BackupType.DIFFERENTIAL, ARN, true, 4, true),
                        new BackupRequest(SHOP, BackupType.LOG, ARN, false, 1, false),
                        new BackupRequest(
                                SHOP,
                                BackupType.FULL,
                                ARN,
                                false,
                                1,
                                false,
                                Optional.of(KEY),
                                Optional.of(EncryptionMode.AUTHENTICATED)),
                        new RestoreRequest(SHOP, ARN),
                        new RestoreRequest(
                                SHOP,
                                BackupType.LOG,
                                ARN,
                                Recovery.STANDBY,
                                Optional.of(new StopAt("2026-03-01 14:05:00.25"))),
                        new FinishRequest(SHOP),
                        row(Optional.of(ARN)),
                        row(Optional.empty()),
                        BackupError.STOPAT_PASSED.problem(TEN).on("stopat")),
                Stream.of(
                        START,
                        STOP,
                        new StopFacts(LAST, TEN, 10, 5),
                        new SetFacts(
                                SET,
                                BackupType.DIFFERENTIAL,
                                SHOP,
                                START,
                                STOP,
                                Optional.of(BASE),
                                Optional.of(FIRST),
                                "full",
                                List.of(SetFacts.NULL_FILE_GUID),
                                List.of(ARN)),
                        BackupBasis.full(true),
                        BackupBasis.differential(new DifferentialBase(BASE, List.of(ARN), START, LAST)),
                        BackupBasis.log(new LogChain("7", 1, "fork", FIRST, LAST, TEN)),
                        new RolledTo(LAST, Optional.of(TEN), true),
                        new RolledTo(LAST, Optional.empty(), false),
                        new RestoreStep(RestoreStep.Kind.LOG, Optional.of(ARN), Optional.of(TEN), Optional.of(LAST)),
                        new RestoreStep(RestoreStep.Kind.FINISH, Optional.empty(), Optional.empty(), Optional.of(LAST)),
                        database(),
                        set()));
    }

    private static TaskRow row(Optional<S3Arn> arn) {
        return new TaskRow(
                new TaskId(5),
                TaskType.FINISH_RESTORE,
                SHOP,
                35,
                2,
                Lifecycle.IN_PROGRESS,
                "[2026-03-01 10:00:00.000] line",
                TEN,
                TEN,
                arn,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    private static DatabaseInfo database() {
        return new DatabaseInfo(
                SHOP,
                DatabaseState.RESTORING,
                RecoveryModel.FULL,
                Optional.empty(),
                Optional.empty(),
                Optional.of(new DatabaseInfo.LogBackups(FIRST, LAST, TEN, Optional.of("the slot is lost"))),
                Optional.of(new ChainPosition(
                        SET, LAST, Optional.of(TEN), Optional.empty(), Optional.of("fork"), Optional.of(BASE))));
    }

    private static BackupSetInfo set() {
        return new BackupSetInfo(
                SET,
                new TaskId(5),
                SHOP,
                BackupType.DIFFERENTIAL,
                Optional.of(BASE),
                FIRST,
                LAST,
                TEN,
                TEN,
                List.of(ARN),
                10,
                5,
                Optional.of(new EncryptionSpec(EncryptionMode.AUTHENTICATED, List.of(KEY, OTHER_KEY))),
                Optional.empty(),
                Optional.of("fork"),
                false,
                true);
    }

    /** Carries one value of each kind, as the messages of the cluster do: by its declared type. */
    record Carried(
            Optional<TaskRequest> request,
            Optional<TaskRow> row,
            Optional<Problem> problem,
            Optional<StartFacts> start,
            Optional<StopFacts> stop,
            Optional<SetFacts> set,
            Optional<BackupBasis> basis,
            Optional<RolledTo> rolledTo,
            Optional<RestoreStep> step,
            Optional<DatabaseInfo> database,
            Optional<BackupSetInfo> history)
            implements CborSerializable {
        static Carried of(Object value) {
            return new Carried(
                    as(TaskRequest.class, value),
                    as(TaskRow.class, value),
                    as(Problem.class, value),
                    as(StartFacts.class, value),
                    as(StopFacts.class, value),
                    as(SetFacts.class, value),
                    as(BackupBasis.class, value),
                    as(RolledTo.class, value),
                    as(RestoreStep.class, value),
                    as(DatabaseInfo.class, value),
                    as(BackupSetInfo.class, value));
        }

        private static <T> Optional<T> as(Class<T> type, Object value) {
            return type.isInstance(value) ? Optional.of(type.cast(value)) : Optional.empty();
        }
    }

    /** A journal that knows one event. */
    private static final class Journal extends NamedEvents {
        Journal() {
            super((ExtendedActorSystem) Adapter.toClassic(KIT.system()), 9999, Map.of("carried-1", Carried.class));
        }

        Carried read(String json) {
            return (Carried) fromBinary(json.getBytes(StandardCharsets.UTF_8), "carried-1");
        }
    }

    @ParameterizedTest
    @MethodSource("values")
    void travelsBetweenNodes(Object value) {
        KIT.serializationTestKit().verifySerialization(Carried.of(value), true);
    }

    @ParameterizedTest
    @MethodSource("values")
    void liesInJournals(Object value) {
        Journal journal = new Journal();

        byte[] written = journal.toBinary(Carried.of(value));

        assertThat(journal.fromBinary(written, "carried-1")).isEqualTo(Carried.of(value));
    }

    @Test
    void requestsOfTheFirstReleaseAreRead() {
        String backup = "{\"kind\":\"backup\",\"database\":\"shop\",\"arn\":\"arn:aws:s3:::bucket/a.bak\","
                + "\"overwrite\":true,\"numberOfFiles\":1}";
        String restore = "{\"kind\":\"restore\",\"database\":\"shop\",\"arn\":\"arn:aws:s3:::bucket/a.bak\"}";
        S3Arn arn = S3Arn.parse("arn:aws:s3:::bucket/a.bak");
        DatabaseName shop = new DatabaseName("shop");

        assertThat(new Journal().read("{\"request\":" + backup + "}").request())
                .contains(new BackupRequest(shop, arn, true, 1));
        assertThat(new Journal().read("{\"request\":" + restore + "}").request())
                .contains(new RestoreRequest(shop, arn));
    }

    @Test
    void factsOfTheFirstReleaseAreRead() {
        String start = "{\"engine\":\"postgresql\",\"engineVersion\":\"18\",\"systemIdentifier\":\"7\",\"timeline\":1,"
                + "\"firstLsn\":\"0/2000028\",\"segmentBytes\":16777216,\"timeZone\":\"UTC\",\"dbname\":\"shop\","
                + "\"startedAt\":\"2026-03-01T10:00:00.000001Z\"}";
        String stop = "{\"lastLsn\":\"0/3000000\",\"stoppedAt\":\"2026-03-01T10:00:00.000001Z\",\"files\":10,"
                + "\"plainBytes\":5}";

        Carried read = new Journal().read("{\"start\":" + start + ",\"stop\":" + stop + "}");

        assertThat(read.start())
                .contains(new StartFacts(
                        "postgresql", "18", "7", 1, FIRST, 1 << 24, "UTC", "shop", Optional.empty(), TEN));
        assertThat(read.stop()).contains(new StopFacts(Lsn.parse("0/3000000"), TEN, 10, 5));
    }

    @Test
    void databasesThatAnOlderNodeShowsAreRead() {
        Carried read = new Journal()
                .read("{\"database\":{\"name\":\"shop\",\"state\":\"ONLINE\",\"recoveryModel\":\"simple\"}}");

        assertThat(read.database())
                .contains(new DatabaseInfo(
                        new DatabaseName("shop"),
                        DatabaseState.ONLINE,
                        RecoveryModel.SIMPLE,
                        Optional.empty(),
                        Optional.empty()));
    }
}
