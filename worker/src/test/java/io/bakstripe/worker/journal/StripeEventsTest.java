package io.bakstripe.worker.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.ActorSystem;
import akka.actor.ExtendedActorSystem;
import akka.serialization.Serialization;
import akka.serialization.SerializationExtension;
import com.typesafe.config.ConfigFactory;
import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.stripe.Damage;
import io.bakstripe.protocol.stripe.DamagedPage;
import io.bakstripe.protocol.stripe.EncryptionMode;
import io.bakstripe.protocol.stripe.PlanKind;
import io.bakstripe.worker.format.FrameRun;
import io.bakstripe.worker.journal.StripeEvent.Position;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Holds the journal's text as it was released: a change here breaks journals that exist. */
class StripeEventsTest {
    private static final ActorSystem SYSTEM = ActorSystem.create(
            "journal", ConfigFactory.parseString("akka.loglevel = ERROR").withFallback(ConfigFactory.load()));
    private static final Instant AT = Instant.parse("2026-01-02T03:04:05Z");
    private static final StripeEvent.UploadIntended INTENDED = new StripeEvent.UploadIntended(
            new BackupSetId(new UUID(1, 2)), new S3Arn("bucket", "a/b.bak"), 2, 4, true, AT);
    private static final Damage DAMAGE = new Damage(7, List.of(new DamagedPage("base/1/2", 3)));
    private static final String DAMAGE_JSON = "{\"pages\":7,\"first\":[{\"file\":\"base/1/2\",\"block\":3}]}";
    private static final String MANIFEST_JSON = "\"manifest\":[{\"offset\":64,\"length\":96}]";
    private static final StripeEvent.Seal SEAL = new StripeEvent.Seal(
            EncryptionMode.ENCRYPTION_ONLY,
            List.of(new StripeEvent.Wrapped("arn:k", Map.of("a", "b"), "d3JhcHBlZA==")),
            "aXY=");
    private static final String SEAL_JSON =
            "{\"mode\":\"ENCRYPTION_ONLY\",\"wrapped\":[{\"keyArn\":\"arn:k\",\"context\":"
                    + "{\"a\":\"b\"},\"ciphertext\":\"d3JhcHBlZA==\"}],\"iv\":\"aXY=\"}";
    private static final StripeEvent.Sealed SEALED = new StripeEvent.Sealed(24, -5, "Y2Fycnk=");
    private static final String SEALED_JSON = "{\"bytes\":24,\"crc32c\":-5,\"carry\":\"Y2Fycnk=\"}";
    private static final Map<Object, String> RELEASED = new LinkedHashMap<>();

    static {
        RELEASED.put(
                INTENDED,
                "stripe-upload-intended/1 {\"setId\":\"00000000-0000-0001-0000-000000000002\",\"file\":"
                        + "\"arn:aws:s3:::bucket/a/b.bak\",\"family\":2,\"families\":4,\"overwrite\":true,"
                        + "\"at\":\"2026-01-02T03:04:05Z\"}");
        RELEASED.put(
                new StripeEvent.UploadCreated("u-1", AT),
                "stripe-upload-created/1 {\"uploadId\":\"u-1\",\"at\":\"2026-01-02T03:04:05Z\"}");
        RELEASED.put(
                new StripeEvent.PartStored(
                        3, Position.start(PlanKind.DATA), new Position(PlanKind.CLOSING, 5, 6), 7, 8, -9, "\"e\""),
                "stripe-part-stored/1 {\"number\":3,\"from\":{\"plan\":\"DATA\",\"extent\":0,\"offset\":0},\"to\":"
                        + "{\"plan\":\"CLOSING\",\"extent\":5,\"offset\":6},\"plainBytes\":7,\"storedBytes\":8,"
                        + "\"crc32c\":-9,\"etag\":\"\\\"e\\\"\"}");
        RELEASED.put(
                new StripeEvent.PartStored(
                        3,
                        Position.start(PlanKind.DATA),
                        new Position(PlanKind.DATA, 5, 6),
                        7,
                        8,
                        -9,
                        "e",
                        Optional.of(DAMAGE),
                        List.of(new FrameRun(64, 96))),
                "stripe-part-stored/1 {\"number\":3,\"from\":{\"plan\":\"DATA\",\"extent\":0,\"offset\":0},\"to\":"
                        + "{\"plan\":\"DATA\",\"extent\":5,\"offset\":6},\"plainBytes\":7,\"storedBytes\":8,"
                        + "\"crc32c\":-9,\"etag\":\"e\",\"damage\":" + DAMAGE_JSON + "," + MANIFEST_JSON + "}");
        RELEASED.put(
                new StripeEvent.UploadCreated("u-1", AT, Optional.of(SEAL)),
                "stripe-upload-created/1 {\"uploadId\":\"u-1\",\"at\":\"2026-01-02T03:04:05Z\",\"seal\":" + SEAL_JSON
                        + "}");
        RELEASED.put(
                new StripeEvent.PartStored(
                        3,
                        Position.start(PlanKind.DATA),
                        new Position(PlanKind.DATA, 5, 6),
                        7,
                        8,
                        -9,
                        "e",
                        Optional.empty(),
                        List.of(),
                        Optional.of(SEALED)),
                "stripe-part-stored/1 {\"number\":3,\"from\":{\"plan\":\"DATA\",\"extent\":0,\"offset\":0},\"to\":"
                        + "{\"plan\":\"DATA\",\"extent\":5,\"offset\":6},\"plainBytes\":7,\"storedBytes\":8,"
                        + "\"crc32c\":-9,\"etag\":\"e\",\"sealed\":" + SEALED_JSON + "}");
        RELEASED.put(
                new StripeEvent.PartReplaced(3, 7, 8, -9, "e", Optional.empty(), List.of(), Optional.of(SEALED)),
                "stripe-part-replaced/1 {\"number\":3,\"plainBytes\":7,\"storedBytes\":8,\"crc32c\":-9,"
                        + "\"etag\":\"e\",\"sealed\":" + SEALED_JSON + "}");
        RELEASED.put(
                new StripeEvent.TrailerStored(3, 8, -9, "e", Optional.of(SEALED)),
                "stripe-trailer-stored/1 {\"number\":3,\"storedBytes\":8,\"crc32c\":-9,\"etag\":\"e\",\"sealed\":"
                        + SEALED_JSON + "}");
        RELEASED.put(
                new StripeEvent.UploadCreated(
                        "u-1",
                        AT,
                        Optional.of(new StripeEvent.Seal(
                                EncryptionMode.AUTHENTICATED, SEAL.wrapped(), "", Optional.of(new UUID(3, 4))))),
                "stripe-upload-created/1 {\"uploadId\":\"u-1\",\"at\":\"2026-01-02T03:04:05Z\",\"seal\":{\"mode\":"
                        + "\"AUTHENTICATED\",\"wrapped\":[{\"keyArn\":\"arn:k\",\"context\":{\"a\":\"b\"},\"ciphertext\":"
                        + "\"d3JhcHBlZA==\"}],\"dataKeyId\":\"00000000-0000-0003-0000-000000000004\"}}");
        RELEASED.put(new StripeEvent.Rewound(3, AT), "stripe-rewound/1 {\"number\":3,\"at\":\"2026-01-02T03:04:05Z\"}");
        RELEASED.put(
                new StripeSnapshot(
                        "STREAMING",
                        Optional.empty(),
                        Optional.of("u-1"),
                        Position.start(PlanKind.DATA),
                        0,
                        false,
                        0,
                        2,
                        List.of(6),
                        List.of(7L),
                        List.of(1L),
                        List.of(2L),
                        List.of(3),
                        List.of("e"),
                        List.of(),
                        List.of(),
                        Optional.of(SEAL),
                        List.of(SEALED)),
                "stripe-snapshot/2 {\"phase\":\"STREAMING\",\"uploadId\":\"u-1\",\"position\":{\"plan\":\"DATA\","
                        + "\"extent\":0,\"offset\":0},\"dataParts\":0,\"closed\":false,\"resumed\":0,\"closingFrom\":2,"
                        + "\"extents\":[6],\"offsets\":[7],\"plainBytes\":[1],"
                        + "\"storedBytes\":[2],\"crc32c\":[3],\"etags\":[\"e\"],\"seal\":" + SEAL_JSON + ",\"sealed\":["
                        + SEALED_JSON + "]}");
        RELEASED.put(new StripeEvent.Resumed(AT), "stripe-resumed/1 {\"at\":\"2026-01-02T03:04:05Z\"}");
        RELEASED.put(
                new StripeEvent.PartReplaced(3, 7, 8, -9, "\"e\""),
                "stripe-part-replaced/1 {\"number\":3,\"plainBytes\":7,\"storedBytes\":8,\"crc32c\":-9,"
                        + "\"etag\":\"\\\"e\\\"\"}");
        RELEASED.put(
                new StripeEvent.PartReplaced(3, 7, 8, -9, "e", Optional.of(DAMAGE), List.of(new FrameRun(64, 96))),
                "stripe-part-replaced/1 {\"number\":3,\"plainBytes\":7,\"storedBytes\":8,\"crc32c\":-9,"
                        + "\"etag\":\"e\",\"damage\":" + DAMAGE_JSON + "," + MANIFEST_JSON + "}");
        RELEASED.put(
                new StripeEvent.TrailerStored(3, 8, -9, "e"),
                "stripe-trailer-stored/1 {\"number\":3,\"storedBytes\":8,\"crc32c\":-9,\"etag\":\"e\"}");
        RELEASED.put(new StripeEvent.DataDrained(AT), "stripe-data-drained/1 {\"at\":\"2026-01-02T03:04:05Z\"}");
        RELEASED.put(new StripeEvent.Prepared(AT), "stripe-prepared/1 {\"at\":\"2026-01-02T03:04:05Z\"}");
        RELEASED.put(new StripeEvent.Published(AT), "stripe-published/1 {\"at\":\"2026-01-02T03:04:05Z\"}");
        RELEASED.put(new StripeEvent.Aborted(AT), "stripe-aborted/1 {\"at\":\"2026-01-02T03:04:05Z\"}");
        RELEASED.put(new StripeEvent.Closed(AT), "stripe-closed/1 {\"at\":\"2026-01-02T03:04:05Z\"}");
        RELEASED.put(
                new StripeSnapshot(
                        "STREAMING",
                        Optional.empty(),
                        Optional.of("u-1"),
                        Position.start(PlanKind.DATA),
                        0,
                        false,
                        5,
                        2,
                        List.of(6),
                        List.of(7L),
                        List.of(1L),
                        List.of(2L),
                        List.of(3),
                        List.of("e"),
                        List.of(),
                        List.of(),
                        Optional.empty(),
                        List.of()),
                "stripe-snapshot/2 {\"phase\":\"STREAMING\",\"uploadId\":\"u-1\",\"position\":{\"plan\":\"DATA\","
                        + "\"extent\":0,\"offset\":0},\"dataParts\":0,\"closed\":false,\"resumed\":5,\"closingFrom\":2,"
                        + "\"extents\":[6],\"offsets\":[7],\"plainBytes\":[1],"
                        + "\"storedBytes\":[2],\"crc32c\":[3],\"etags\":[\"e\"]}");
        RELEASED.put(
                new StripeSnapshot(
                        "STREAMING",
                        Optional.empty(),
                        Optional.of("u-1"),
                        Position.start(PlanKind.DATA),
                        0,
                        false,
                        0,
                        1,
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(new PartDamage(4, DAMAGE)),
                        List.of(new PartManifest(5, List.of(new FrameRun(64, 96)))),
                        Optional.empty(),
                        List.of()),
                "stripe-snapshot/2 {\"phase\":\"STREAMING\",\"uploadId\":\"u-1\",\"position\":{\"plan\":\"DATA\","
                        + "\"extent\":0,\"offset\":0},\"dataParts\":0,\"closed\":false,\"resumed\":0,\"closingFrom\":1,"
                        + "\"extents\":[],\"offsets\":[],\"plainBytes\":[],\"storedBytes\":[],\"crc32c\":[],\"etags\":[],"
                        + "\"damage\":[{\"number\":4,\"damage\":" + DAMAGE_JSON + "}],"
                        + "\"manifest\":[{\"number\":5,\"frames\":[{\"offset\":64,\"length\":96}]}]}");
        RELEASED.put(
                new FirstStripeSnapshot(
                        "STREAMING",
                        Optional.empty(),
                        Optional.of("u-1"),
                        Position.start(PlanKind.DATA),
                        0,
                        false,
                        List.of(1L),
                        List.of(2L),
                        List.of(3),
                        List.of("e")),
                "stripe-snapshot/1 {\"phase\":\"STREAMING\",\"uploadId\":\"u-1\",\"position\":{\"plan\":\"DATA\","
                        + "\"extent\":0,\"offset\":0},\"dataParts\":0,\"closed\":false,\"plainBytes\":[1],"
                        + "\"storedBytes\":[2],\"crc32c\":[3],\"etags\":[\"e\"]}");
    }

    @AfterAll
    static void shutDown() {
        SYSTEM.terminate();
    }

    @Test
    void writesAndReadsEveryEventAsReleased() {
        Serialization serialization = SerializationExtension.get(SYSTEM);
        RELEASED.forEach((event, text) -> {
            StripeEvents serializer = (StripeEvents) serialization.findSerializerFor(event);
            String manifest = text.substring(0, text.indexOf(' '));
            byte[] json = text.substring(text.indexOf(' ') + 1).getBytes(StandardCharsets.UTF_8);

            assertThat(serializer.manifest(event) + " "
                            + new String(serializer.toBinary(event), StandardCharsets.UTF_8))
                    .isEqualTo(text);
            assertThat(serializer.fromBinary(json, manifest)).isEqualTo(event);
        });
    }

    @Test
    void namesEveryEvent() {
        assertThat(StripeEvents.NAMES.values())
                .containsAll(Arrays.stream(StripeEvent.class.getPermittedSubclasses())
                        .collect(Collectors.toSet()));
        assertThat(RELEASED.keySet().stream().map(Object::getClass).collect(Collectors.toSet()))
                .isEqualTo(Set.copyOf(StripeEvents.NAMES.values()));
    }

    @Test
    void refusesANameThatItDoesNotKnow() {
        StripeEvents events = new StripeEvents((ExtendedActorSystem) SYSTEM);

        assertThatThrownBy(() -> events.fromBinary(new byte[0], "stripe-closed/2"))
                .hasMessageContaining("stripe-closed/2");
    }
}
