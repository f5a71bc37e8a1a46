package io.bakstripe.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.auth.AWSStaticCredentialsProvider;
import com.amazonaws.auth.BasicAWSCredentials;
import com.amazonaws.client.builder.AwsClientBuilder.EndpointConfiguration;
import com.amazonaws.services.kms.AWSKMS;
import com.amazonaws.services.kms.AWSKMSClientBuilder;
import com.amazonaws.services.s3.AmazonS3Encryption;
import com.amazonaws.services.s3.AmazonS3EncryptionClientBuilder;
import com.amazonaws.services.s3.model.CryptoConfiguration;
import com.amazonaws.services.s3.model.CryptoMode;
import com.amazonaws.services.s3.model.KMSEncryptionMaterialsProvider;
import com.amazonaws.services.s3.model.ObjectMetadata;
import com.amazonaws.services.s3.model.S3Object;
import com.fasterxml.jackson.databind.JsonNode;
import io.bakstripe.node.demo.RowComparison;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.encryption.s3.CommitmentPolicy;
import software.amazon.encryption.s3.S3EncryptionClient;
import software.amazon.encryption.s3.materials.KmsKeyring;

/** Amazon's own encryption clients as witnesses of row L15: they open what we encrypt, and we restore what they encrypt. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("deprecation") // The old client is what the reference names.
final class AmazonWitnessIT {
    private RunningNode node;
    private byte[] plain;

    @BeforeAll
    void startNode(@TempDir Path data) throws IOException {
        node = RunningNode.start(data);
        backup("plain.bak", Map.of());
        backup("ours.bak", Map.of("kms_master_key_arn", key()));
        plain = node.object("plain.bak");
    }

    @AfterAll
    void stopNode() throws IOException {
        node.close();
    }

    private void backup(String file, Map<String, Object> more) throws IOException {
        Map<String, Object> call =
                new java.util.HashMap<>(Map.of("source_db_name", "shop", "s3_arn_to_backup_to", arn(file)));
        call.putAll(more);
        node.awaitSuccess(node.submit("rds_backup_database", call));
    }

    private static String arn(String key) {
        return "arn:aws:s3:::" + RunningNode.BUCKET + "/" + key;
    }

    private String key() {
        return node.kms().required("keyArn").asText();
    }

    private JsonNode s3() {
        return node.s3();
    }

    private AmazonS3Encryption old() {
        BasicAWSCredentials credentials = new BasicAWSCredentials(
                s3().required("accessKey").asText(), s3().required("secretKey").asText());
        String region = s3().required("region").asText();
        AWSKMS kms = AWSKMSClientBuilder.standard()
                .withCredentials(new AWSStaticCredentialsProvider(credentials))
                .withEndpointConfiguration(
                        new EndpointConfiguration(node.kms().required("endpoint").asText(), region))
                .build();
        return AmazonS3EncryptionClientBuilder.standard()
                .withCredentials(new AWSStaticCredentialsProvider(credentials))
                .withEndpointConfiguration(
                        new EndpointConfiguration(s3().required("endpoint").asText(), region))
                .withPathStyleAccessEnabled(true)
                .withKmsClient(kms)
                .withCryptoConfiguration(new CryptoConfiguration(CryptoMode.EncryptionOnly))
                .withEncryptionMaterials(new KMSEncryptionMaterialsProvider(key()))
                .build();
    }

    @Test
    void theOldClientOpensOurs() throws IOException {
        AmazonS3Encryption client = old();
        try (S3Object object = client.getObject(RunningNode.BUCKET, "ours.bak")) {
            requireBackup(object.getObjectContent().readAllBytes());
        } finally {
            client.shutdown();
        }
    }

    @Test
    void theNewClientOpensOurs() {
        StaticCredentialsProvider credentials = StaticCredentialsProvider.create(AwsBasicCredentials.create(
                s3().required("accessKey").asText(), s3().required("secretKey").asText()));
        Region region = Region.of(s3().required("region").asText());
        URI store = URI.create(s3().required("endpoint").asText());
        KmsClient kms = KmsClient.builder()
                .credentialsProvider(credentials)
                .region(region)
                .endpointOverride(URI.create(node.kms().required("endpoint").asText()))
                .build();
        S3Client plainClient = S3Client.builder()
                .credentialsProvider(credentials)
                .region(region)
                .endpointOverride(store)
                .forcePathStyle(true)
                .build();
        S3AsyncClient plainAsync = S3AsyncClient.builder()
                .credentialsProvider(credentials)
                .region(region)
                .endpointOverride(store)
                .forcePathStyle(true)
                .build();
        try (S3Client client = S3EncryptionClient.builderV4()
                .wrappedClient(plainClient)
                .wrappedAsyncClient(plainAsync)
                .keyring(KmsKeyring.builder()
                        .kmsClient(kms)
                        .wrappingKeyId(key())
                        .enableLegacyWrappingAlgorithms(true)
                        .build())
                .enableLegacyUnauthenticatedModes(true)
                .commitmentPolicy(CommitmentPolicy.REQUIRE_ENCRYPT_ALLOW_DECRYPT)
                .build()) {
            requireBackup(client.getObjectAsBytes(request -> request.bucket(RunningNode.BUCKET).key("ours.bak"))
                    .asByteArray());
        }
    }

    private static void requireBackup(byte[] opened) {
        assertThat(new String(opened, 0, 8, StandardCharsets.US_ASCII)).isEqualTo("BAKSTRIP");
        assertThat(new String(opened, opened.length - 64, 8, StandardCharsets.US_ASCII)).isEqualTo("BAKSTEND");
    }

    @Test
    void weRestoreWhatTheOldClientEncrypts() throws Exception {
        AmazonS3Encryption client = old();
        ObjectMetadata metadata = new ObjectMetadata();
        metadata.setContentLength(plain.length);
        try {
            client.putObject(RunningNode.BUCKET, "theirs.bak", new ByteArrayInputStream(plain), metadata);
        } finally {
            client.shutdown();
        }

        node.awaitSuccess(node.submit(
                "rds_restore_database",
                Map.of(
                        "restore_db_name",
                        "theirs",
                        "s3_arn_to_restore_from",
                        arn("theirs.bak"),
                        "kms_master_key_arn",
                        key())));

        RowComparison.requireEqualTables(node.shop(), node.database("theirs"));
    }
}
