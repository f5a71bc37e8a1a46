package io.bakstripe.sandbox.chaos;

import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/** What a request asks the store for, with the permissions of a policy that it takes. */
enum Action {
    LIST_BUCKETS("ListBuckets", "s3:ListAllMyBuckets"),
    HEAD_BUCKET("HeadBucket", "s3:ListBucket"),
    LIST_OBJECTS("ListObjects", "s3:ListBucket"),
    GET_BUCKET_LOCATION("GetBucketLocation", "s3:GetBucketLocation"),
    LIST_MULTIPART_UPLOADS("ListMultipartUploads", "s3:ListBucketMultipartUploads"),
    CREATE_BUCKET("CreateBucket", "s3:CreateBucket"),
    DELETE_BUCKET("DeleteBucket", "s3:DeleteBucket"),
    DELETE_OBJECTS("DeleteObjects", "s3:DeleteObject"),
    HEAD_OBJECT("HeadObject", "s3:GetObject"),
    GET_OBJECT("GetObject", "s3:GetObject"),
    PUT_OBJECT("PutObject", "s3:PutObject"),
    COPY_OBJECT("CopyObject", "s3:GetObject", "s3:PutObject"),
    DELETE_OBJECT("DeleteObject", "s3:DeleteObject"),
    CREATE_MULTIPART_UPLOAD("CreateMultipartUpload", "s3:PutObject"),
    UPLOAD_PART("UploadPart", "s3:PutObject"),
    UPLOAD_PART_COPY("UploadPartCopy", "s3:GetObject", "s3:PutObject"),
    COMPLETE_MULTIPART_UPLOAD("CompleteMultipartUpload", "s3:PutObject"),
    LIST_PARTS("ListParts", "s3:ListMultipartUploadParts"),
    ABORT_MULTIPART_UPLOAD("AbortMultipartUpload", "s3:AbortMultipartUpload"),
    /** Of the token service. */
    ASSUME_ROLE("AssumeRole", "sts:AssumeRole"),
    DESCRIBE_KEY("DescribeKey", "kms:DescribeKey"),
    GENERATE_DATA_KEY("GenerateDataKey", "kms:GenerateDataKey"),
    ENCRYPT("Encrypt", "kms:Encrypt"),
    DECRYPT("Decrypt", "kms:Decrypt"),
    /** Anything else that the key service is asked. */
    OTHER_OF_KEYS("OtherOfKeys", "kms:*"),
    /** Anything else: settings of buckets and objects, and what no S3 knows. */
    OTHER("Other", "s3:*");

    private final String requestName;
    private final Set<String> permissions;

    Action(String requestName, String... permissions) {
        this.requestName = requestName;
        this.permissions = Set.of(permissions);
    }

    /** The request's name in the API's reference. */
    String requestName() {
        return requestName;
    }

    /** The names that a policy allows or denies. */
    Set<String> permissions() {
        return permissions;
    }

    /** Whether the request carries the bytes of an object. */
    boolean sendsContent() {
        return this == UPLOAD_PART || this == PUT_OBJECT;
    }

    /** Whether it is one of the key service. */
    boolean isOfKeys() {
        return permissions.stream().allMatch(permission -> permission.startsWith("kms:"));
    }

    /** The action of that name; empty when there is none. */
    static Optional<Action> named(String requestName) {
        return Arrays.stream(values())
                .filter(action -> action.requestName.equals(requestName))
                .findFirst();
    }
}
