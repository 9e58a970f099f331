window.YTD.tweets.part0 = [
 {
  "tweet": {
   "edit_info": {
    "initial": {
     "editTweetIds": [
      "1790000000000000002"
     ],
     "editsRemaining": "5"
    }
   },
   "retweeted": false,
   "source": "<a href=\"https://mobile.twitter.com\">Twitter Web App</a>",
   "entities": {
    "user_mentions": [
     {
      "name": "Gus_P",
      "screen_name": "gus_p",
      "indices": [
       "0",
       "5"
      ],
      "id_str": "900001",
      "id": "900001"
     }
    ],
    "urls": [],
    "hashtags": []
   },
   "display_text_range": [
    "0",
    "31"
   ],
   "favorite_count": "1",
   "id_str": "1790000000000000002",
   "truncated": false,
   "retweet_count": "0",
   "id": "1790000000000000002",
   "created_at": "Mon May 13 12:30:00 +0000 2024",
   "favorited": false,
   "full_text": "@gus_p We will come on Tuesday.",
   "lang": "en",
   "in_reply_to_status_id_str": "1790000000000000001",
   "in_reply_to_user_id_str": "900001",
   "in_reply_to_screen_name": "gus_p"
  }
 },
 {
  "tweet": {
   "edit_info": {
    "initial": {
     "editTweetIds": [
      "1790000000000000012"
     ],
     "editsRemaining": "5"
    }
   },
   "retweeted": false,
   "source": "<a href=\"https://mobile.twitter.com\">Twitter Web App</a>",
   "entities": {
    "hashtags": [],
    "symbols": [],
    "user_mentions": [],
    "urls": []
   },
   "display_text_range": [
    "0",
    "25"
   ],
   "favorite_count": "1",
   "id_str": "1790000000000000012",
   "truncated": false,
   "retweet_count": "0",
   "id": "1790000000000000012",
   "created_at": "Mon May 13 12:31:00 +0000 2024",
   "favorited": false,
   "full_text": "@gus_p And bring a level.",
   "lang": "en",
   "in_reply_to_status_id_str": "1790000000000000002",
   "in_reply_to_user_id_str": "900100",
   "in_reply_to_screen_name": "TamrowBuild"
  }
 },
 {
  "tweet": {
   "edit_info": {
    "initial": {
     "editTweetIds": [
      "1790000000000000020"
     ],
     "editsRemaining": "5"
    }
   },
   "retweeted": false,
   "source": "<a href=\"https://mobile.twitter.com\">Twitter Web App</a>",
   "entities": {
    "hashtags": [],
    "symbols": [],
    "user_mentions": [],
    "urls": []
   },
   "display_text_range": [
    "0",
    "48"
   ],
   "favorite_count": "1",
   "id_str": "1790000000000000020",
   "truncated": false,
   "retweet_count": "0",
   "id": "1790000000000000020",
   "created_at": "Tue May 14 09:00:00 +0000 2024",
   "favorited": false,
   "full_text": "Open day on Saturday.\nBring boots & \"patience\" 🪵",
   "lang": "en"
  }
 },
 {
  "tweet": {
   "edit_info": {
    "initial": {
     "editTweetIds": [
      "1790000000000000021"
     ],
     "editsRemaining": "5"
    }
   },
   "retweeted": false,
   "source": "<a href=\"https://mobile.twitter.com\">Twitter Web App</a>",
   "entities": {
    "user_mentions": [
     {
      "name": "Ines",
      "screen_name": "ines",
      "indices": [
       "0",
       "5"
      ],
      "id_str": "900003",
      "id": "900003"
     }
    ],
    "urls": [],
    "hashtags": []
   },
   "display_text_range": [
    "0",
    "32"
   ],
   "favorite_count": "1",
   "id_str": "1790000000000000021",
   "truncated": false,
   "retweet_count": "0",
   "id": "1790000000000000021",
   "created_at": "Tue May 14 09:30:00 +0000 2024",
   "favorited": false,
   "full_text": "RT @ines: so proud of this stair",
   "lang": "en"
  }
 },
 {
  "tweet": {
   "edit_info": {
    "initial": {
     "editTweetIds": [
      "1790000000000000022"
     ],
     "editsRemaining": "5"
    }
   },
   "retweeted": false,
   "source": "<a href=\"https://mobile.twitter.com\">Twitter Web App</a>",
   "entities": {
    "user_mentions": [],
    "hashtags": [],
    "urls": [
     {
      "url": "https://t.co/a1",
      "expanded_url": "https://twitter.com/ines/status/1790000000000000005",
      "display_url": "twitter.com/ines/status/1…"
     }
    ]
   },
   "display_text_range": [
    "0",
    "33"
   ],
   "favorite_count": "1",
   "id_str": "1790000000000000022",
   "truncated": false,
   "retweet_count": "0",
   "id": "1790000000000000022",
   "created_at": "Tue May 14 10:00:00 +0000 2024",
   "favorited": false,
   "full_text": "What a compliment https://t.co/a1",
   "lang": "en"
  }
 },
 {
  "tweet": {
   "edit_info": {
    "initial": {
     "editTweetIds": [
      "1790000000000000023"
     ],
     "editsRemaining": "5"
    }
   },
   "retweeted": false,
   "source": "<a href=\"https://mobile.twitter.com\">Twitter Web App</a>",
   "entities": {
    "user_mentions": [],
    "urls": [],
    "hashtags": []
   },
   "display_text_range": [
    "0",
    "24"
   ],
   "favorite_count": "1",
   "id_str": "1790000000000000023",
   "truncated": false,
   "retweet_count": "0",
   "id": "1790000000000000023",
   "created_at": "Tue May 14 11:00:00 +0000 2024",
   "favorited": false,
   "full_text": "@Mo thank you for coming",
   "lang": "en"
  }
 },
 {
  "tweet": {
   "edit_info": {
    "initial": {
     "editTweetIds": [
      "1790000000000000024",
      "1790000000000000025"
     ],
     "editsRemaining": "4"
    }
   },
   "retweeted": false,
   "source": "<a href=\"https://mobile.twitter.com\">Twitter Web App</a>",
   "entities": {
    "hashtags": [],
    "symbols": [],
    "user_mentions": [],
    "urls": []
   },
   "display_text_range": [
    "0",
    "13"
   ],
   "favorite_count": "1",
   "id_str": "1790000000000000024",
   "truncated": false,
   "retweet_count": "0",
   "id": "1790000000000000024",
   "created_at": "Tue May 14 12:00:00 +0000 2024",
   "favorited": false,
   "full_text": "Opne at eight",
   "lang": "en"
  }
 },
 {
  "tweet": {
   "edit_info": {
    "initial": {
     "editTweetIds": [
      "1790000000000000024",
      "1790000000000000025"
     ],
     "editsRemaining": "4"
    }
   },
   "retweeted": false,
   "source": "<a href=\"https://mobile.twitter.com\">Twitter Web App</a>",
   "entities": {
    "hashtags": [],
    "symbols": [],
    "user_mentions": [],
    "urls": []
   },
   "display_text_range": [
    "0",
    "13"
   ],
   "favorite_count": "1",
   "id_str": "1790000000000000025",
   "truncated": false,
   "retweet_count": "0",
   "id": "1790000000000000025",
   "created_at": "Tue May 14 12:01:00 +0000 2024",
   "favorited": false,
   "full_text": "Open at eight",
   "lang": "en"
  }
 },
 {
  "tweet": {
   "id_str": "1790000000000000026",
   "created_at": "Tue May 14 12:01:00 +0000 2024",
   "full_text": [
    "not",
    "a",
    "text"
   ]
  }
 },
 "not an object"
]
