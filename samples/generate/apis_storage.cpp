// S3 and DynamoDB.
#include <array>

#include "generate/api.h"

namespace trailkeeper::generate {
namespace {

constexpr std::string_view kBucketOnly =
    R"([{"accountId":"<account>","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::<bucket>"}])";
constexpr std::string_view kObjectAndBucket =
    R"([{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::<bucket>/<object>"},{"accountId":"<account>","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::<bucket>"}])";
constexpr std::string_view kBucketAndPrefix =
    R"([{"type":"AWS::S3::Object","ARNPrefix":"arn:aws:s3:::<bucket>/<word#p>/"},{"accountId":"<account>","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::<bucket>"}])";
constexpr std::string_view kReadTransfer =
    R"({"SignatureVersion":"SigV4","CipherSuite":"TLS_AES_128_GCM_SHA256","bytesTransferredIn":0,"SSEApplied":"<one:Default_SSE_S3|SSE_KMS>","AuthenticationMethod":"AuthHeader","x-amz-id-2":"<base64:75>=","bytesTransferredOut":<int:120:9999999>})";
constexpr std::string_view kWriteTransfer =
    R"({"SignatureVersion":"SigV4","CipherSuite":"TLS_AES_128_GCM_SHA256","bytesTransferredIn":<int:120:9999999>,"SSEApplied":"<one:Default_SSE_S3|SSE_KMS>","AuthenticationMethod":"AuthHeader","x-amz-id-2":"<base64:75>=","bytesTransferredOut":0})";
constexpr std::string_view kNoTransfer =
    R"({"SignatureVersion":"SigV4","CipherSuite":"TLS_AES_128_GCM_SHA256","bytesTransferredIn":0,"AuthenticationMethod":"AuthHeader","x-amz-id-2":"<base64:75>=","bytesTransferredOut":<int:0:900>})";
constexpr std::string_view kTable =
    R"([{"accountId":"<account>","type":"AWS::DynamoDB::Table","ARN":"arn:aws:dynamodb:<region>:<account>:table/<table>"}])";
constexpr std::string_view kTableDenied =
    "User: <arn> is not authorized to perform: dynamodb:<action> on resource: "
    "arn:aws:dynamodb:<region>:<account>:table/<table> because no identity-based policy allows the dynamodb:<action> "
    "action";

constexpr Callers kReaders = kApps | kPeople | kPipelines | kOtherAccounts;

constexpr std::array kApis{
    Api{.service = "s3",
        .name = "GetObject",
        .callers = kReaders | kServices,
        .weight = 130,
        .request = R"({"bucketName":"<bucket>","Host":"<bucket>.s3.<region>.amazonaws.com","key":"<object>"})",
        .resources = kObjectAndBucket,
        .additional = kReadTransfer,
        .error_code = "NoSuchKey",
        .error_message = "The specified key does not exist.",
        .error_per_mille = 25,
        .data = true,
        .version = "1.09",
        .style = Style::s3},
    Api{.service = "s3",
        .name = "HeadObject",
        .callers = kReaders,
        .weight = 50,
        .request = R"({"bucketName":"<bucket>","Host":"<bucket>.s3.<region>.amazonaws.com","key":"<object>"})",
        .resources = kObjectAndBucket,
        .additional = kNoTransfer,
        .error_code = "NoSuchKey",
        .error_message = "The specified key does not exist.",
        .error_per_mille = 60,
        .data = true,
        .version = "1.10",
        .style = Style::s3},
    Api{.service = "s3",
        .name = "PutObject",
        .callers = kReaders | kServices,
        .weight = 70,
        .read_only = false,
        .request =
            R"({"bucketName":"<bucket>","Host":"<bucket>.s3.<region>.amazonaws.com","key":"<object>","x-amz-storage-class":"<one:STANDARD|STANDARD_IA|INTELLIGENT_TIERING>"})",
        .response = R"({"x-amz-server-side-encryption":"AES256","x-amz-version-id":"<alnum:32>"})",
        .resources = kObjectAndBucket,
        .additional = kWriteTransfer,
        .error_message = "Access Denied",
        .data = true,
        .version = "1.09",
        .style = Style::s3},
    Api{.service = "s3",
        .name = "DeleteObject",
        .callers = kApps | kPeople | kPipelines,
        .weight = 18,
        .read_only = false,
        .request = R"({"bucketName":"<bucket>","Host":"<bucket>.s3.<region>.amazonaws.com","key":"<object>"})",
        .response = R"({"x-amz-delete-marker":"true","x-amz-version-id":"<alnum:32>"})",
        .resources = kObjectAndBucket,
        .additional = kNoTransfer,
        .error_message = "Access Denied",
        .data = true,
        .version = "1.09",
        .style = Style::s3},
    Api{.service = "s3",
        .name = "ListObjects",
        .callers = kReaders,
        .weight = 30,
        .request =
            R"({"list-type":"2","bucketName":"<bucket>","encoding-type":"url","prefix":"<word#p>/","delimiter":"/","Host":"<bucket>.s3.<region>.amazonaws.com"})",
        .resources = kBucketAndPrefix,
        .additional = kReadTransfer,
        .error_message = "Access Denied",
        .data = true,
        .version = "1.10",
        .style = Style::s3},
    Api{.service = "s3",
        .name = "ListBuckets",
        .callers = kPeople | kVendors | kRoot,
        .weight = 30,
        .request = R"({"Host":"s3.amazonaws.com"})",
        .additional = kNoTransfer,
        .error_message = "Access Denied",
        .version = "1.09",
        .style = Style::s3},
    Api{.service = "s3",
        .name = "GetBucketLocation",
        .callers = kPeople | kVendors | kPipelines,
        .weight = 30,
        .request = R"({"bucketName":"<bucket>","Host":"s3.amazonaws.com","location":""})",
        .resources = kBucketOnly,
        .additional = kNoTransfer,
        .error_message = "Access Denied",
        .version = "1.09",
        .style = Style::s3},
    Api{.service = "s3",
        .name = "GetBucketPolicy",
        .callers = kPeople | kVendors | kPipelines,
        .weight = 20,
        .request = R"({"bucketName":"<bucket>","Host":"<bucket>.s3.<region>.amazonaws.com","policy":""})",
        .resources = kBucketOnly,
        .additional = kNoTransfer,
        .error_code = "NoSuchBucketPolicy",
        .error_message = "The bucket policy does not exist",
        .error_per_mille = 350,
        .version = "1.09",
        .style = Style::s3},
    Api{.service = "s3",
        .name = "GetBucketAcl",
        .callers = kVendors | kServices | kPipelines,
        .weight = 35,
        .request = R"({"bucketName":"<bucket>","Host":"<bucket>.s3.<region>.amazonaws.com","acl":""})",
        .resources = kBucketOnly,
        .additional = kNoTransfer,
        .error_message = "Access Denied",
        .version = "1.09",
        .style = Style::s3},
    Api{.service = "s3",
        .name = "PutBucketPolicy",
        .callers = kPeople | kPipelines,
        .weight = 2,
        .read_only = false,
        .request =
            R"({"bucketPolicy":{"Version":"2012-10-17","Statement":[{"Sid":"TLSOnly","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::<bucket>","arn:aws:s3:::<bucket>/*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}}]},"bucketName":"<bucket>","Host":"<bucket>.s3.<region>.amazonaws.com","policy":""})",
        .resources = kBucketOnly,
        .additional = kWriteTransfer,
        .error_message = "Access Denied",
        .version = "1.09",
        .style = Style::s3},
    Api{.service = "dynamodb",
        .name = "GetItem",
        .callers = kApps,
        .weight = 110,
        .request =
            R"({"tableName":"<table>","key":{"<one:pk|id|userId>":"<guid>"},"consistentRead":<one:true|false|false>})",
        .resources = kTable,
        .error_message = kTableDenied,
        .data = true,
        .api_version = "2012-08-10",
        .style = Style::dynamodb},
    Api{.service = "dynamodb",
        .name = "Query",
        .callers = kApps,
        .weight = 60,
        .request =
            R"({"tableName":"<table>","indexName":"by-<word>","keyConditionExpression":"#k = :v","limit":<one:1|10|25|100>,"scanIndexForward":false})",
        .resources = kTable,
        .error_message = kTableDenied,
        .data = true,
        .api_version = "2012-08-10",
        .style = Style::dynamodb},
    Api{.service = "dynamodb",
        .name = "PutItem",
        .callers = kApps,
        .weight = 45,
        .read_only = false,
        .request = R"({"tableName":"<table>","key":{"<one:pk|id|userId>":"<guid>"},"returnValues":"NONE"})",
        .resources = kTable,
        .error_code = "ConditionalCheckFailedException",
        .error_message = "The conditional request failed",
        .error_per_mille = 20,
        .data = true,
        .api_version = "2012-08-10",
        .style = Style::dynamodb},
    Api{.service = "dynamodb",
        .name = "UpdateItem",
        .callers = kApps,
        .weight = 40,
        .read_only = false,
        .request =
            R"({"tableName":"<table>","key":{"<one:pk|id|userId>":"<guid>"},"updateExpression":"SET #s = :s, #u = :u","returnValues":"UPDATED_NEW"})",
        .resources = kTable,
        .error_code = "ConditionalCheckFailedException",
        .error_message = "The conditional request failed",
        .error_per_mille = 25,
        .data = true,
        .api_version = "2012-08-10",
        .style = Style::dynamodb},
    Api{.service = "dynamodb",
        .name = "DescribeTable",
        .callers = kApps | kPeople | kVendors | kPipelines,
        .weight = 25,
        .request = R"({"tableName":"<table>"})",
        .resources = kTable,
        .error_message = kTableDenied,
        .api_version = "2012-08-10",
        .style = Style::dynamodb},
};

}  // namespace

std::span<const Api> storage_apis() { return kApis; }

}  // namespace trailkeeper::generate
