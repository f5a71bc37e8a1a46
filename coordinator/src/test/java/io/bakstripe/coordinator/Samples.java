package io.bakstripe.coordinator;

import io.bakstripe.protocol.instance.DeclaredDatabase;
import io.bakstripe.protocol.instance.Edition;
import io.bakstripe.protocol.instance.InstanceDefinition;
import io.bakstripe.protocol.instance.InstanceView;
import io.bakstripe.protocol.instance.RecoveryModel;
import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.HostName;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.procedure.BackupRequest;
import io.bakstripe.protocol.procedure.RestoreRequest;
import io.bakstripe.protocol.stripe.StartFacts;
import io.bakstripe.protocol.stripe.StopFacts;
import java.time.Instant;
import java.util.List;
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
    public static final BackupSetId SET = new BackupSetId(UUID.fromString("00000000-0000-0000-0000-0000000000aa"));

    private Samples() {}

    public static InstanceDefinition definition(long revision) {
        return definition(revision, Edition.ENTERPRISE, Optional.of(HOST));
    }

    public static InstanceDefinition definition(long revision, Edition edition, Optional<HostName> host) {
        return new InstanceDefinition(
                INSTANCE,
                revision,
                "postgresql",
                edition,
                "us-east-1",
                "UTC",
                false,
                host,
                List.of(declared("Shop"), declared("Second"), declared("Third")));
    }

    private static DeclaredDatabase declared(String name) {
        return new DeclaredDatabase(
                new DatabaseName(name), Optional.of("jdbc:postgresql://127.0.0.1:5432/shop"), RecoveryModel.FULL);
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
        return new BackupRequest(database, request.arn(), false, files, true);
    }

    public static RestoreRequest restore(DatabaseName database) {
        return new RestoreRequest(database, STRIPED);
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
}
