package io.bakstripe.coordinator;

import io.bakstripe.coordinator.instance.InstanceSettings;
import io.bakstripe.coordinator.snapshot.SnapshotSettings;
import io.bakstripe.protocol.instance.BackupOption;
import io.bakstripe.protocol.instance.DailyWindow;
import io.bakstripe.protocol.instance.DeclaredDatabase;
import io.bakstripe.protocol.instance.Edition;
import io.bakstripe.protocol.instance.InstanceDefinition;
import io.bakstripe.protocol.instance.InstanceView;
import io.bakstripe.protocol.instance.KeptDatabase;
import io.bakstripe.protocol.instance.Login;
import io.bakstripe.protocol.instance.RecoveryModel;
import io.bakstripe.protocol.instance.Role;
import io.bakstripe.protocol.instance.WeeklyWindow;
import io.bakstripe.protocol.instance.Windows;
import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.HostName;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.name.SnapshotId;
import io.bakstripe.protocol.procedure.BackupRequest;
import io.bakstripe.protocol.procedure.BackupType;
import io.bakstripe.protocol.procedure.Recovery;
import io.bakstripe.protocol.procedure.RestoreRequest;
import io.bakstripe.protocol.stripe.LogSpan;
import io.bakstripe.protocol.stripe.SetFacts;
import io.bakstripe.protocol.stripe.StartFacts;
import io.bakstripe.protocol.stripe.StopFacts;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Things that tests have in common. */
public final class Samples {
    public static final Instant NOON = Instant.parse("2026-03-04T12:00:00.250Z");
    public static final InstanceName INSTANCE = new InstanceName("sandbox");
    public static final HostName HOST = new HostName("h1");
    public static final DatabaseName SHOP = new DatabaseName("Shop");
    public static final DatabaseName COPY = new DatabaseName("Copy");
    public static final DatabaseRef SHOP_REF = DatabaseRef.of(INSTANCE, SHOP);
    public static final DatabaseRef COPY_REF = DatabaseRef.of(INSTANCE, COPY);
    public static final S3Arn STRIPED = S3Arn.parse("arn:aws:s3:::bucket/shop*.bak");
    public static final KeptDatabase KEPT = new KeptDatabase(NOON, "11111111-2222-3333-4444-555555555555");
    public static final BackupSetId SET = new BackupSetId(UUID.fromString("00000000-0000-0000-0000-0000000000aa"));
    public static final BackupSetId SECOND_SET = new BackupSetId(new UUID(5, 2));
    public static final BackupSetId THIRD_SET = new BackupSetId(new UUID(5, 3));
    public static final String FORK = "00000000-0000-0000-0000-0000000000f1";

    /** An operator. */
    public static final Login ME = new Login("me", Role.OPERATOR);

    private Samples() {}

    /** Two slots, and no storage for snapshots. */
    public static InstanceSettings settings() {
        return new InstanceSettings(
                2,
                Duration.ofSeconds(5),
                Duration.ofSeconds(30),
                100,
                2,
                Duration.ofMillis(100),
                Duration.ofSeconds(1),
                new SnapshotSettings("", "", 1, 2));
    }

    public static InstanceDefinition definition(long revision) {
        return definition(revision, Edition.ENTERPRISE, Optional.of(HOST));
    }

    public static InstanceDefinition definition(long revision, Edition edition, Optional<HostName> host) {
        return definition(revision, edition, host, false, Windows.none(), Optional.of(BackupOption.DEFAULT));
    }

    public static InstanceDefinition definition(
            long revision,
            Edition edition,
            Optional<HostName> host,
            boolean multiAz,
            Windows windows,
            Optional<BackupOption> option) {
        return new InstanceDefinition(
                INSTANCE,
                revision,
                "postgresql",
                edition,
                "us-east-1",
                "UTC",
                multiAz,
                host,
                List.of(declared("Shop"), declared("Second"), declared("Third")),
                windows,
                option);
    }

    /** With windows and a role. */
    public static InstanceDefinition complete(long revision) {
        Windows windows = new Windows(
                Optional.of(DailyWindow.parse("03:00-03:30")), Optional.of(WeeklyWindow.parse("sun:05:00-sun:06:00")));
        BackupOption option = new BackupOption(Optional.of("arn:aws:iam::123456789012:role/backup"));
        return definition(revision, Edition.ENTERPRISE, Optional.of(HOST), false, windows, Optional.of(option));
    }

    private static DeclaredDatabase declared(String name) {
        return new DeclaredDatabase(
                new DatabaseName(name), Optional.of("jdbc:postgresql://127.0.0.1:5432/shop"), RecoveryModel.FULL);
    }

    /** The instance with {@link #SHOP} among the databases that it manages. */
    public static InstanceView managing() {
        InstanceDefinition all = definition(1);
        DeclaredDatabase shop = new DeclaredDatabase(SHOP, Optional.empty(), RecoveryModel.FULL);
        return new InstanceView(
                new InstanceDefinition(
                        all.name(),
                        all.revision(),
                        all.engine(),
                        all.edition(),
                        all.region(),
                        all.timeZone(),
                        all.multiAz(),
                        all.host(),
                        List.of(shop),
                        all.windows(),
                        all.option()),
                true);
    }

    public static InstanceView view() {
        return new InstanceView(definition(1), true);
    }

    /** A backup of {@code database} to {@code files} files. */
    public static BackupRequest backup(DatabaseName database, int files) {
        return new BackupRequest(
                database, files > 1 ? STRIPED : S3Arn.parse("arn:aws:s3:::bucket/shop.bak"), false, files);
    }

    /** The same that goes on after errors. */
    public static BackupRequest continuing(DatabaseName database, int files) {
        BackupRequest request = backup(database, files);
        return new BackupRequest(database, BackupType.FULL, request.arn(), false, files, true);
    }

    public static RestoreRequest restore(DatabaseName database) {
        return new RestoreRequest(database, STRIPED);
    }

    /** A restore that is put in the place of a database. */
    public static RestoreRequest replacing(DatabaseName database) {
        RestoreRequest restore = restore(database);
        return new RestoreRequest(database, restore.type(), restore.arn(), restore.recovery(), Optional.empty(), true);
    }

    /** The restore of a snapshot. */
    public static RestoreRequest restoredSnapshot(DatabaseName database) {
        SnapshotId snapshot = new SnapshotId(new UUID(8, 1));
        return RestoreRequest.ofSnapshot(
                database, snapshot, S3Arn.parse("arn:aws:s3:::snaps/sandbox/" + snapshot + ".bak"));
    }

    public static StartFacts start() {
        return new StartFacts(
                "postgresql",
                "18",
                "7400000000000000001",
                1,
                Lsn.parse("0/2000028"),
                16 << 20,
                "UTC",
                "postgres",
                Optional.empty(),
                NOON);
    }

    public static StopFacts stop() {
        return new StopFacts(Lsn.parse("0/3000000"), NOON.plusSeconds(5), 900, 2_000);
    }

    /** What the files of a full backup say of it. */
    public static SetFacts full() {
        return new SetFacts(
                SET,
                BackupType.FULL,
                SHOP,
                start().on(FORK),
                stop(),
                Optional.empty(),
                Optional.empty(),
                "full",
                List.of(),
                List.of(S3Arn.parse("arn:aws:s3:::bucket/shop.bak")));
    }

    /** What the files of a differential of {@link #full()} say of it. */
    public static SetFacts differential() {
        return new SetFacts(
                SECOND_SET,
                BackupType.DIFFERENTIAL,
                SHOP,
                at("0/5000028").on(FORK),
                new StopFacts(Lsn.parse("0/6000000"), NOON.plusSeconds(65), 900, 200),
                Optional.of(SET),
                Optional.of(start().firstLsn()),
                "full",
                List.of(),
                List.of(S3Arn.parse("arn:aws:s3:::bucket/shop.dif")));
    }

    /** What the file of a log backup says of it that begins at the segment of {@link #full()}'s end. */
    public static SetFacts log() {
        return logFrom("0/3000000");
    }

    /** The same log, of a set that begins later in its chain. */
    public static SetFacts logFrom(String firstLsn) {
        StartFacts start = at(firstLsn).on(FORK);
        return new SetFacts(
                THIRD_SET,
                BackupType.LOG,
                SHOP,
                new StartFacts(
                        start.engine(),
                        start.engineVersion(),
                        start.systemIdentifier(),
                        start.timeline(),
                        start.firstLsn(),
                        start.segmentBytes(),
                        start.timeZone(),
                        start.dbname(),
                        start.recoveryFork(),
                        start.startedAt(),
                        Optional.of(new LogSpan(
                                Lsn.parse("0/3000000"),
                                NOON.plusSeconds(5),
                                NOON.plusSeconds(120),
                                NOON.plusSeconds(121))),
                        Map.of()),
                new StopFacts(Lsn.parse("0/8000000"), NOON.plusSeconds(121), 5, 80 << 20),
                Optional.empty(),
                Optional.empty(),
                "full",
                List.of(),
                List.of(S3Arn.parse("arn:aws:s3:::bucket/shop.trn")));
    }

    private static StartFacts at(String lsn) {
        StartFacts start = start();
        return new StartFacts(
                start.engine(),
                start.engineVersion(),
                start.systemIdentifier(),
                start.timeline(),
                Lsn.parse(lsn),
                start.segmentBytes(),
                start.timeZone(),
                start.dbname(),
                start.recoveryFork(),
                start.startedAt());
    }

    /** A step of a restore sequence. */
    public static RestoreRequest step(BackupType type, Recovery recovery) {
        return new RestoreRequest(COPY, type, STRIPED, recovery, Optional.empty());
    }
}
